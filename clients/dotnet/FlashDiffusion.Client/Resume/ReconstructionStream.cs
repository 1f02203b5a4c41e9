using FlashDiffusion.V1;
using Grpc.Core;

namespace FlashDiffusion.Client;

/// <summary>One stream from one server; silence breaks it.</summary>
/// <param name="call">The call; disposed here.</param>
/// <param name="server">The server.</param>
/// <param name="silence">Longest time between two events; the first may take longer.</param>
/// <param name="clock">Measures it.</param>
/// <param name="cancellation">The caller's wish.</param>
internal sealed class ReconstructionStream(
    AsyncServerStreamingCall<ReconstructResponse> call, Uri server, TimeSpan silence, TimeProvider clock, CancellationToken cancellation) : IDisposable
{
    private bool _begun;

    public ReconstructResponse Current => call.ResponseStream.Current;

    /// <summary>Waits for the next event.</summary>
    /// <returns>False at the stream's end.</returns>
    /// <exception cref="FlashException">The stream broke or the server refused.</exception>
    /// <exception cref="OperationCanceledException">The caller wished so.</exception>
    public async Task<bool> MoveNextAsync()
    {
        try
        {
            var next = call.ResponseStream.MoveNext(cancellation);
            // The first event may have to wait for a place in a queue; a server that is frozen meanwhile fails the connection's pings.
            var came = await (_begun ? next.WaitAsync(silence, clock, CancellationToken.None) : next).ConfigureAwait(false);
            _begun = true;
            return came;
        }
        catch (TimeoutException)
        {
            throw FlashException.Of(StatusCode.Unavailable, $"The server at {server} was silent for {silence.TotalSeconds} s.", server);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("The call was cancelled.", exception, cancellation);
        }
        catch (RpcException exception)
        {
            throw FlashException.From(exception, server);
        }
    }

    public void Dispose() => call.Dispose();
}
