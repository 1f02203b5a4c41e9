using Grpc.Core;

namespace FlashDiffusion.Server.Hosting;

/// <summary>A stream of requests that also ends when the server does, for a handler that would wait for the next one for ever.</summary>
/// <param name="inner">The stream.</param>
/// <param name="ended">Cancelled when the call ends, by whomever.</param>
internal sealed class EndingRequests<T>(IAsyncStreamReader<T> inner, CancellationToken ended) : IAsyncStreamReader<T>
{
    public T Current => inner.Current;

    public Task<bool> MoveNext(CancellationToken cancellationToken) => inner.MoveNext(ended);
}
