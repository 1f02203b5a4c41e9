using System.Security.Cryptography;
using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Resume;

/// <summary>Two server processes with one key, either of which a test may end; another one takes its place.</summary>
public sealed class ReplicaPair : IAsyncLifetime
{
    // Exact batches have a size of their own; --batch=1 makes the warm-up shorter.
    private static readonly string[] Arguments =
    [
        "--Engine:ExactBatch=2", "--batch=1", "--grace=0.2", $"--Resume:Key={Convert.ToBase64String(SHA256.HashData("the key of these tests"u8))}",
    ];

    private readonly Queue<Task<RunningServer>> _spares = new();

    /// <summary>Arguments of a server with the same key that computes otherwise.</summary>
    internal static IEnumerable<string> ArgumentsWith(string other) => [.. Arguments, other];

    internal RunningServer[] Servers { get; private set; } = [];

    public async ValueTask InitializeAsync() => Servers = await Task.WhenAll(RunningServer.StartAsync(Arguments), RunningServer.StartAsync(Arguments));

    /// <summary>Starts servers in the background that will take the places of those that end: a start takes longer than a short reconstruction.</summary>
    /// <param name="spares">How many are to be there or on their way.</param>
    internal void Prepare(int spares)
    {
        while (_spares.Count < spares)
        {
            _spares.Enqueue(RunningServer.StartAsync(Arguments));
        }
    }

    /// <summary>Puts a new server in the place of one that has ended.</summary>
    internal async Task ReplaceAsync(int place)
    {
        var fresh = await (_spares.TryDequeue(out var spare) ? spare : RunningServer.StartAsync(Arguments));
        await Servers[place].DisposeAsync();
        Servers[place] = fresh;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }

        await Task.WhenAll(_spares.Select(async spare => await (await spare).DisposeAsync()));
    }
}
