using System.Security.Cryptography;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Servers;

/// <summary>Two server processes that can go on with each other's work, for all clients; a page of one origin may call them. The first is there to be killed.</summary>
public sealed class ServerPair : IAsyncLifetime
{
    private readonly PluginFolder _plugins = new();
    private RunningServer? _first;
    private RunningServer? _second;

    /// <summary>The page whose scripts may call them; nobody serves it yet.</summary>
    internal Uri Origin { get; } = new($"http://127.0.0.1:{FreePort.Next()}");

    internal RunningServer First => _first ?? throw new InvalidOperationException("The server has not been started.");

    /// <summary>The one that stays.</summary>
    internal RunningServer Second => _second ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync()
    {
        string[] arguments =
        [
            $"--plugins={_plugins.FullPath}",
            $"--allow-origin={Origin.GetLeftPart(UriPartial.Authority)}",
            // As many exact reconstructions in one batch as there are clients.
            "--Engine:ExactBatch=8",
            $"--Resume:Key={Convert.ToBase64String(SHA256.HashData("the key of this pair"u8))}",
        ];
        var starting = RunningServer.StartAsync(arguments);
        _second = await RunningServer.StartAsync(arguments);
        _first = await starting;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { _first, _second }.OfType<RunningServer>())
        {
            await server.DisposeAsync();
        }

        _plugins.Dispose();
    }
}
