using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace FlashDiffusion.Server.Hosting;

/// <summary>
/// Lets go of connections over HTTP/1.1, which has no pings, whose other machine is gone: streams have something to write every ten seconds, and what waits is probed by
/// the system after twenty (<see cref="WatchedSockets"/>), so that a place is free after 45 s at most. On Linux; elsewhere the system's probes alone end them.
/// </summary>
/// <param name="time">Clock and timers.</param>
internal sealed class VanishedClients(TimeProvider time)
{
    /// <summary>Time for which nothing may come back.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time between two looks.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Watches a connection until its end.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="next">What happens on it.</param>
    public async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket || TcpState.Of(socket) is null)
        {
            await next(connection);
            return;
        }

        var (silence, began) = (new Silence(Patience), time.GetTimestamp());
        var looking = new Lock();
        await using var timer = time.CreateTimer(
            _ =>
            {
                lock (looking)
                {
                    if (TcpState.Of(socket) is { } state && silence.IsGone(state, time.GetElapsedTime(began)))
                    {
                        connection.Abort(new ConnectionAbortedException($"Nothing came back from the other machine for {Patience.TotalSeconds} s."));
                    }
                }
            },
            null,
            Interval,
            Interval);
        await next(connection);
    }
}
