using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Services;
using Grpc.Core;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>
/// One stream with many requests at once. A request that fails ends alone, with its id, its code and its last response, unless the
/// client asked for errors as statuses: then the first one ends the stream. So does a server that drains, when nothing of it runs any more: its client,
/// which keeps a stream for all that it will ever ask, comes to another server by making another one only.
/// </summary>
internal sealed class InferenceStream : IDisposable
{
    private readonly InferenceRunner _runner;
    private readonly ICallerIdentity _callers;
    private readonly IServerStreamWriter<Inference.ModelStreamInferResponse> _responses;
    private readonly ServerCallContext _context;
    private readonly Action _abort;
    private readonly bool _errorsEnd;
    private readonly CancellationTokenSource _gone;
    private readonly TaskCompletionSource<ServerError> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _running = [];
    private readonly Lazy<InferenceStreamWriter> _writer;

    /// <param name="runner">Runs requests.</param>
    /// <param name="callers">Says whose they are.</param>
    /// <param name="responses">Where responses go.</param>
    /// <param name="abort">Ends the call of a client that does not read.</param>
    /// <param name="context">The call.</param>
    public InferenceStream(InferenceRunner runner, ICallerIdentity callers, IServerStreamWriter<Inference.ModelStreamInferResponse> responses, Action abort, ServerCallContext context)
    {
        (_runner, _callers, _responses, _abort, _context) = (runner, callers, responses, abort, context);
        _errorsEnd = string.Equals(context.RequestHeaders.GetValue(InferenceNames.GrpcErrorHeader), "true", StringComparison.OrdinalIgnoreCase);
        _gone = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        _writer = new(MakeWriter);
    }

    /// <summary>Requests that have begun and not ended; while there are so many, no further one is read.</summary>
    public required int MostAtOnce { get; init; }

    /// <summary>Done when the server takes nothing new.</summary>
    public required Task Drained { get; init; }

    /// <summary>Time that one write may take.</summary>
    public required TimeSpan Stall { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Told when the client stopped reading.</summary>
    public Action? Stalling { get; init; }

    /// <summary>Told of a request that can't be read.</summary>
    public Action? Refusing { get; init; }

    /// <summary>Answers until the client has no more requests and all have ended.</summary>
    /// <returns>The error that ended the stream; null if none did.</returns>
    public async Task<ServerError?> RunAsync(IAsyncStreamReader<Inference.ModelInferRequest> requests)
    {
        try
        {
            var complete = await ReadAsync(requests);
            await Task.WhenAny(Task.WhenAll(_running), _failed.Task);
            return _failed.Task.IsCompleted ? await _failed.Task : complete ? null : EngineErrors.ShuttingDown;
        }
        catch (OperationCanceledException) when (_failed.Task.IsCompletedSuccessfully)
        {
            // Reading ended because of it.
            return await _failed.Task;
        }
        finally
        {
            // Whatever ended the stream, nothing goes on for nobody, and nothing writes to it after its end.
            await _gone.CancelAsync();
            await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        if (_writer.IsValueCreated)
        {
            _writer.Value.Dispose();
        }

        _gone.Dispose();
    }

    private InferenceStreamWriter MakeWriter() => new(_responses, _context, LetGoAsync, _gone.Token) { Stall = Stall, Time = Time };

    /// <summary>Reads until the client has no more, the stream has failed, or the server drains and has done what it had taken on.</summary>
    /// <returns>Whether the client has no more.</returns>
    private async Task<bool> ReadAsync(IAsyncStreamReader<Inference.ModelInferRequest> requests)
    {
        Task<bool>? next = null;
        Task? rest = null;
        while (true)
        {
            // Whoever does not read his answers shall not fill the memory with his questions.
            _running.RemoveAll(task => task.IsCompleted);
            next ??= _running.Count < MostAtOnce ? requests.MoveNext(_gone.Token) : null;

            // Until then what comes is read, and told at once to go elsewhere.
            rest ??= Drained.IsCompleted ? Task.WhenAll(_running) : null;
            await Task.WhenAny([rest ?? Drained, _failed.Task, .. next is null ? _running : [next]]);
            if (_failed.Task.IsCompleted || rest is { IsCompleted: true })
            {
                return false;
            }

            if (next is not { IsCompleted: true })
            {
                continue;
            }

            if (!await next)
            {
                return true;
            }

            _running.Add(EndAsync(AnswerAsync(requests.Current)));
            next = null;
        }
    }

    /// <summary>Runs one request. A method of its own, since what was sent must be gone while a refusal of it waits to be written.</summary>
    /// <returns>Why there is no result; null if there is one.</returns>
    private async Task<(InferenceResponses Answers, ServerError Error)?> AnswerAsync(Inference.ModelInferRequest message)
    {
        // The reader goes on at once.
        await Task.Yield();
        var answers = new InferenceResponses(InferenceReply.Of(message));
        InferenceEvents? events = null;
        try
        {
            if (!InferenceReader.Read(message, streams: true).TryGet(out var call, out var error))
            {
                Refusing?.Invoke();
                return (answers, ErrorSize.Limit(error));
            }

            answers = new InferenceResponses(call.Reply);
            events = new InferenceEvents(call.Reply, answers, Time, _writer.Value);
            error = await _runner.RunAsync(call, _callers.Of(_context), ReconstructionService.DeadlineOf(_context), events, Abort, _gone.Token);
            return error is null ? null : (answers, ErrorSize.Limit(error));
        }
#pragma warning disable CA1031 // A fault of the server itself is told to whom it struck, now; the stream goes on for the others.
        catch (Exception exception) when (!_gone.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.Fault(Logger, _context.Method, exception);
            return events is { HasEnded: true } ? null : (answers, EngineErrors.Unexpected);
        }
    }

    private async Task EndAsync(Task<(InferenceResponses Answers, ServerError Error)?> answering)
    {
        try
        {
            if (await answering is not { } refused || _failed.Task.IsCompleted)
            {
                return;
            }

            if (_errorsEnd)
            {
                _failed.TrySetResult(refused.Error);
                return;
            }

            await _writer.Value.WriteAsync(refused.Answers.Error(refused.Error));
        }
#pragma warning disable CA1031 // What can't be written ends the stream, unless it has ended.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!_gone.IsCancellationRequested)
            {
                _failed.TrySetException(exception);
            }
        }
    }

    private async Task LetGoAsync()
    {
        Log.CallStalled(Logger, _context.Method, Stall.TotalSeconds);
        Stalling?.Invoke();
        Abort();
        await _gone.CancelAsync();
    }

    private void Abort()
    {
        _failed.TrySetResult(EngineErrors.Stalled);
        _abort();
    }
}
