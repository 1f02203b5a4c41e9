using System.Collections.Immutable;

namespace FlashDiffusion.Client;

/// <summary>Servers that do the same work, and which of them to ask.</summary>
internal sealed class FlashServers : IDisposable
{
    private const int GuessOfAName = 3;
    private readonly TimeProvider _clock;
    // The first server has the first turn.
    private int _turn = -1;

    public FlashServers(IEnumerable<Uri> addresses, FlashClientOptions options)
    {
        _clock = options.Clock;
        All = [.. addresses.Select(address => new FlashServer(address, options))];
    }

    public ImmutableArray<FlashServer> All { get; }

    /// <summary>How many there are; a name stands for some, nobody knows how many.</summary>
    public int Count => All.Sum(server => server.Address.Scheme == ServerAddress.NameScheme ? GuessOfAName : 1);

    /// <summary>
    /// Waits until one may be asked: first those that need not be left alone, among them the one with the fewest reconstructions, among
    /// these in turn; <paramref name="last"/> only if there is no other as good.
    /// </summary>
    /// <param name="last">The server that was asked last; null for none.</param>
    /// <param name="end">When the time is up, universal; null for never.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Null, at once, if none may be asked before the time is up.</returns>
    public async Task<FlashServer?> NextAsync(FlashServer? last, DateTime? end, CancellationToken cancellation)
    {
        var now = _clock.GetUtcNow().UtcTicks;
        var turn = Interlocked.Increment(ref _turn);
        var next = All.Select((server, i) => (Server: server, Order: (uint)(turn + i) % (uint)All.Length))
            .OrderBy(item => Math.Max(now, item.Server.NotBefore))
            .ThenBy(item => item.Server == last ? 1 : 0)
            .ThenBy(item => item.Server.Calls)
            .ThenBy(item => item.Order)
            .First().Server;
        if (next.NotBefore > now)
        {
            if (next.NotBefore >= end?.Ticks)
            {
                return null;
            }

            await Task.Delay(TimeSpan.FromTicks(next.NotBefore - now), _clock, cancellation).ConfigureAwait(false);
        }

        return next;
    }

    /// <summary>All of them, the next one's turn first, those to be left alone last: for calls that have one answer.</summary>
    public ImmutableArray<FlashServer> InTurn()
    {
        var (now, turn) = (_clock.GetUtcNow().UtcTicks, Interlocked.Increment(ref _turn));
        return [.. Enumerable.Range(0, All.Length).Select(i => All[(int)((uint)(turn + i) % (uint)All.Length)]).OrderBy(server => server.NotBefore > now)];
    }

    public void Dispose()
    {
        foreach (var server in All)
        {
            server.Dispose();
        }
    }
}
