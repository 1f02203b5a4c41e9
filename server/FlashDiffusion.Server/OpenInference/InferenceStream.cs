using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Services;
using Grpc.Core;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>
/// One stream with many requests at once. A request that fails ends alone, with its id, its code and its last response, unless the
/// client asked for errors as statuses: then the first one ends the stream.
/// </summary>
internal sealed class InferenceStream(InferenceRunner runner, ICallerIdentity callers, IServerStreamWriter<Inference.ModelStreamInferResponse> responses, TimeProvider time, ServerCallContext context) : IInferenceResponseStream, IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _gone = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
    private readonly TaskCompletionSource<ServerError> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _errorsEnd = string.Equals(context.RequestHeaders.GetValue(InferenceNames.GrpcErrorHeader), "true", StringComparison.OrdinalIgnoreCase);
    private bool _begun;

    /// <summary>Answers until the client has no more requests and all have ended.</summary>
    /// <returns>The error that ended the stream; null if none did.</returns>
    public async Task<ServerError?> RunAsync(IAsyncStreamReader<Inference.ModelInferRequest> requests)
    {
        var running = new List<Task>();
        try
        {
            while (await NextAsync(requests))
            {
                running.RemoveAll(task => task.IsCompletedSuccessfully);
                running.Add(ReconstructAsync(requests.Current));
            }

            var all = Task.WhenAll(running);
            if (await Task.WhenAny(all, _failed.Task) == all)
            {
                // A fault of the server itself must not look like a good end.
                await all;
            }

            return _failed.Task.IsCompleted ? await _failed.Task : null;
        }
        finally
        {
            // Whatever ended the stream, nothing goes on for nobody, and nothing writes to it after its end.
            await _gone.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task BeginAsync()
    {
        try
        {
            await InTurnAsync(() => _begun ? Task.CompletedTask : context.WriteResponseHeadersAsync([]));
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException or IOException)
        {
            // The client went away, or is about to be seen to; its event writer sees that too, and lets go of what was taken on.
        }
    }

    public Task WriteAsync(Inference.ModelInferResponse response) => WriteAsync(new Inference.ModelStreamInferResponse { InferResponse = response });

    public void Dispose()
    {
        _writing.Dispose();
        _gone.Dispose();
    }

    private async Task<bool> NextAsync(IAsyncStreamReader<Inference.ModelInferRequest> requests)
    {
        var next = requests.MoveNext(_gone.Token);
        return await Task.WhenAny(next, _failed.Task) == next && await next;
    }

    private async Task ReconstructAsync(Inference.ModelInferRequest message)
    {
        // The reader goes on at once.
        await Task.Yield();
        if (!InferenceReader.Read(message, streams: true).TryGet(out var call, out var error))
        {
            var name = new InferenceCall(new V1.ReconstructRequest(), message.ModelName, message.Id, [], System.Collections.Frozen.FrozenDictionary<string, int>.Empty);
            await FailAsync(new InferenceResponses(name), error);
            return;
        }

        var answers = new InferenceResponses(call);
        var events = new InferenceEvents(call, answers, time, this);
        if (await runner.RunAsync(call, callers.Of(context), ReconstructionService.DeadlineOf(context), events, context.GetHttpContext().Abort, _gone.Token) is { } failure)
        {
            await FailAsync(answers, failure);
        }
    }

    private async Task FailAsync(InferenceResponses answers, ServerError error)
    {
        if (_gone.IsCancellationRequested)
        {
            return;
        }

        if (_errorsEnd)
        {
            _failed.TrySetResult(error);
            return;
        }

        await WriteAsync(answers.Error(error));
    }

    private Task WriteAsync(Inference.ModelStreamInferResponse response) => InTurnAsync(() => responses.WriteAsync(response));

    private async Task InTurnAsync(Func<Task> write)
    {
        await _writing.WaitAsync(_gone.Token);
        try
        {
            await write();
            _begun = true;
        }
        finally
        {
            _writing.Release();
        }
    }
}
