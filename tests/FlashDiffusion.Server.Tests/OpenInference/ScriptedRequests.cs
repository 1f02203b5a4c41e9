using Grpc.Core;

namespace FlashDiffusion.Server.Tests.OpenInference;

/// <summary>Requests of a client that sends as fast as it is read, and then nothing more, without closing.</summary>
/// <param name="most">How many there are.</param>
/// <param name="make">Makes each.</param>
internal sealed class ScriptedRequests(int most, Func<int, Inference.ModelInferRequest> make) : IAsyncStreamReader<Inference.ModelInferRequest>
{
    private readonly TaskCompletionSource<bool> _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Inference.ModelInferRequest? _current;

    /// <summary>How many have been read.</summary>
    public int Read { get; private set; }

    /// <summary>The last one that was read, once.</summary>
    public Inference.ModelInferRequest Current
    {
        get
        {
            var current = _current!;
            _current = null;
            return current;
        }
    }

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Read == most)
        {
            return _more.Task.WaitAsync(cancellationToken);
        }

        _current = make(Read++);
        return Task.FromResult(true);
    }

    /// <summary>Closes the client's side.</summary>
    public void Complete() => _more.TrySetResult(false);
}
