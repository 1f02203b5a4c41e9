using FlashDiffusion.Server.Http;
using Grpc.Core;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>Writes responses of many requests to one stream, one after another. Whoever does not take one in time is let go, with all that he asked for.</summary>
/// <param name="responses">Where they go.</param>
/// <param name="context">The call.</param>
/// <param name="letGo">Ends the call of a client that does not read, and cancels <paramref name="gone"/>.</param>
/// <param name="gone">Cancelled when nobody reads any more.</param>
internal sealed class InferenceStreamWriter(
    IServerStreamWriter<Inference.ModelStreamInferResponse> responses, ServerCallContext context, Func<Task> letGo, CancellationToken gone) : IInferenceResponseStream, IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private bool _begun;

    /// <summary>Time that one write may take.</summary>
    public required TimeSpan Stall { get; init; }

    public required TimeProvider Time { get; init; }

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

    public Task WriteAsync(Inference.ModelStreamInferResponse response) => InTurnAsync(() => responses.WriteAsync(response));

    public void Dispose() => _writing.Dispose();

    private async Task InTurnAsync(Func<Task> write)
    {
        await _writing.WaitAsync(gone);
        try
        {
            // The turn of one who was let go may come before the end of his waiting.
            gone.ThrowIfCancellationRequested();
            var writing = write();
            if (!await StallLimit.IsTakenAsync(writing, Stall, Time))
            {
                await letGo();
            }

            await writing;
            _begun = true;
        }
        finally
        {
            _writing.Release();
        }
    }
}
