using Grpc.Core;

namespace FlashDiffusion.Server.Tests.Services;

/// <summary>A stream of answers that remembers them, and stops taking any when a test says so.</summary>
internal sealed class RecordingStream : IServerStreamWriter<V1.ReconstructResponse>
{
    private readonly TaskCompletionSource _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<V1.ReconstructResponse> Written { get; } = [];

    /// <summary>Whether writes wait until the call is aborted.</summary>
    public bool Stalled { get; set; }

    public bool Aborted { get; private set; }

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(V1.ReconstructResponse message)
    {
        Written.Add(message);
        return Stalled ? _blocked.Task : Task.CompletedTask;
    }

    public void Abort()
    {
        Aborted = true;
        _blocked.TrySetException(new InvalidOperationException("The request is complete."));
    }
}
