using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>Twelve callers who are measured and a thirteenth, on a server that tells them apart.</summary>
internal sealed class FloodCallers : IAsyncDisposable
{
    /// <summary>Those who are measured.</summary>
    public const int Measured = 12;

    private readonly CallerKeys _keys;
    private readonly BenchServer _server;

    private FloodCallers(CallerKeys keys, BenchServer server) => (_keys, _server, Clients) = (keys, server, [.. keys.All.Select(server.Connect)]);

    /// <summary>The callers; the last one is the thirteenth.</summary>
    public FlashClient[] Clients { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="bench">Starts it.</param>
    /// <param name="quotas">Arguments that set each caller's quotas.</param>
    public static async Task<FloodCallers> ConnectAsync(Bench bench, params string[] quotas)
    {
        var keys = new CallerKeys(Measured + 1);
        try
        {
            return new FloodCallers(keys, await bench.StartAsync([$"--keys-file={keys.FullPath}", .. quotas]));
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>A picture for each, of so many steps.</summary>
    public async Task<Assignment[]> PicturesAsync(Bench bench, int steps, CancellationToken cancellation) =>
        [.. (await Assignments.OfAsync(bench.Manifest, Clients.Length, Clients[0], cancellation)).Select(picture => picture.Steps(steps))];

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(Clients, client => client.Dispose());
        await _server.DisposeAsync();
        _keys.Dispose();
    }
}
