using McMaster.NETCore.Plugins;

namespace FlashDiffusion.Server.Plugins;

/// <summary>A loaded plugin: what it provides, and the collectible load context that holds its code.</summary>
internal sealed class Plugin(PluginLoader loader, object part) : IDisposable
{
    /// <summary>The solver or the operator family.</summary>
    public object Part { get; } = part;

    /// <summary>Begins to unload. The context dies when nothing of it is in use any more.</summary>
    public void Dispose()
    {
        (Part as IDisposable)?.Dispose();
        loader.Dispose();
    }
}
