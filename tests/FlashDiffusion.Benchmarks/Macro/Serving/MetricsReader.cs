using System.Diagnostics;

namespace FlashDiffusion.Benchmarks.Macro.Serving;

/// <summary>Reads a server's metrics.</summary>
/// <param name="server">The server.</param>
internal sealed class MetricsReader(BenchServer server) : IDisposable
{
    /// <summary>The exporter gives the same page again for 300 ms.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromMilliseconds(320);

    private readonly HttpClient _http = new();
    private long? _read;

    /// <summary>What they say now; waits where the page would be the one before.</summary>
    public async Task<MetricsPage> ReadAsync(CancellationToken cancellation)
    {
        if (_read is { } read && Stale - Stopwatch.GetElapsedTime(read) is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, cancellation);
        }

        var text = await _http.GetStringAsync(server.Metrics, cancellation);
        _read = Stopwatch.GetTimestamp();
        return new MetricsPage(text);
    }

    /// <summary>Waits until no device has anything to do, whether or not anybody reads what came of it.</summary>
    public async Task IdleAsync(CancellationToken cancellation)
    {
        while (await ReadAsync(cancellation) is var page && page.Sum("flashdiffusion_slots_active") + page.Sum("flashdiffusion_queue_length") > 0)
        {
            // The next page is another one.
        }
    }

    public void Dispose() => _http.Dispose();
}
