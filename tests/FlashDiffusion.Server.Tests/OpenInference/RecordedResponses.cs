using System.Collections.Concurrent;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.OpenInference;

/// <summary>A stream of responses that remembers them, and takes none while a test says so.</summary>
internal sealed class RecordedResponses : IServerStreamWriter<Inference.ModelStreamInferResponse>
{
    private readonly TaskCompletionSource _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<Inference.ModelStreamInferResponse> Written { get; } = [];

    /// <summary>Whether writes wait until the call is aborted.</summary>
    public bool Stalled { get; init; }

    public bool Aborted => _blocked.Task.IsCompleted;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(Inference.ModelStreamInferResponse message)
    {
        Written.Enqueue(message);
        return Stalled ? _blocked.Task : Task.CompletedTask;
    }

    public void Abort() => _blocked.TrySetException(new InvalidOperationException("The request is complete."));
}
