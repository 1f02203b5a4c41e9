using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;

namespace FlashDiffusion.Benchmarks.Macro.Stalls;

/// <summary>
/// What a server holds for streams that nobody reads. Groups of them stay stalled, one after the other, and between these come groups that are read: the resident
/// set goes up and down by tens of megabytes with what the collector has not given back, and only what follows the number of stalled streams is theirs.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="metrics">Its metrics.</param>
/// <param name="picture">What each asks for.</param>
internal sealed class StallMemory(BenchServer server, MetricsReader metrics, Assignment picture) : IAsyncDisposable
{
    /// <summary>Streams in a group.</summary>
    public const int Group = 128;

    private const int StreamsPerConnection = 8;

    private readonly List<FlashClient> _clients = [];
    private readonly List<UnreadStream> _streams = [];

    /// <summary>Streams that are stalled.</summary>
    public int Stalled { get; private set; }

    /// <summary>Begins a group and waits until the server has done its work.</summary>
    /// <param name="stalls">Whether it is read by nobody.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The resident set after it, in bytes.</returns>
    public async Task<double> AddAsync(bool stalls, CancellationToken cancellation)
    {
        FlashClient[] clients = [.. Enumerable.Range(0, Group / StreamsPerConnection).Select(_ => server.Connect())];
        _clients.AddRange(clients);
        var streams = await Task.WhenAll(Enumerable.Range(0, Group).Select(i => UnreadStream.BeginAsync(clients[i % clients.Length], picture, cancellation)));
        _streams.AddRange(streams);
        if (stalls)
        {
            Stalled += Group;
        }
        else
        {
            await Task.WhenAll(streams.Select(stream => stream.ReadOnAsync()));
        }

        await metrics.IdleAsync(cancellation);
        return server.ResidentBytes;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stream in _streams)
        {
            await stream.DisposeAsync();
        }

        _clients.ForEach(client => client.Dispose());
    }
}
