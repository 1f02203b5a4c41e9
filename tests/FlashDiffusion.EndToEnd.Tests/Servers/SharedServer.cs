namespace FlashDiffusion.EndToEnd.Tests.Servers;

/// <summary>One server process for all tests that leave it as they found it, with the shipped model.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    /// <summary>The page whose scripts may call it.</summary>
    public const string AllowedOrigin = "https://studio.example";

    private readonly PluginFolder _plugins = new();
    private RunningServer? _server;

    internal RunningServer Server => _server ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync() => _server = await RunningServer.StartAsync([$"--plugins={_plugins.FullPath}", $"--allow-origin={AllowedOrigin}"]);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _plugins.Dispose();
    }
}
