using System.Security.Cryptography;
using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Resume;

/// <summary>Two server processes with one key, either of which a test may end; another one takes its place.</summary>
public sealed class ReplicaPair : IAsyncLifetime
{
    private static readonly string[] Arguments =
    [
        "--Engine:ExactBatch=2", "--batch=2", "--grace=0.2", $"--Resume:Key={Convert.ToBase64String(SHA256.HashData("the key of these tests"u8))}",
    ];

    /// <summary>Arguments of a server with the same key that computes otherwise.</summary>
    internal static IEnumerable<string> ArgumentsWith(string other) => [.. Arguments, other];

    internal RunningServer[] Servers { get; private set; } = [];

    public async ValueTask InitializeAsync() => Servers = await Task.WhenAll(RunningServer.StartAsync(Arguments), RunningServer.StartAsync(Arguments));

    /// <summary>Puts a new server in the place of one that has ended.</summary>
    internal async Task ReplaceAsync(int place)
    {
        var fresh = await RunningServer.StartAsync(Arguments);
        await Servers[place].DisposeAsync();
        Servers[place] = fresh;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }
    }
}
