using System.Runtime.Loader;
using FlashDiffusion.Engine.Leases;
using McMaster.NETCore.Plugins;

namespace FlashDiffusion.Server.Plugins;

/// <summary>A loaded plugin: what it provides, and the collectible load context that holds its code.</summary>
internal sealed class Plugin : IDisposable
{
    private PluginLoader? _loader;
    private IPluginPart? _part;

    public Plugin(PluginLoader loader, IPluginPart part)
    {
        _loader = loader;
        _part = part;
        Context = new WeakReference(AssemblyLoadContext.GetLoadContext(part.Made.GetType().Assembly));
        Lifetime = new SharedLifetime(FreeAsync);
    }

    /// <summary>The solver or the operator family.</summary>
    public IPluginPart Part => _part ?? throw new ObjectDisposedException(nameof(Plugin));

    /// <summary>Its load context; dead when its code has been collected.</summary>
    public WeakReference Context { get; }

    /// <summary>Keeps it while somebody uses it.</summary>
    public SharedLifetime Lifetime { get; }

    /// <summary>Where it is disposed of: on a device's thread, since it may hold tensors. Here if nobody says.</summary>
    public Func<Action, Task> Run { get; set; } = static action =>
    {
        action();
        return Task.CompletedTask;
    };

    /// <summary>Begins to unload. The context dies when nothing of it is in use any more.</summary>
    public void Dispose()
    {
        var part = Interlocked.Exchange(ref _part, null);
        if (part is null)
        {
            return;
        }

        (part.Made as IDisposable)?.Dispose();
        _loader?.Dispose();
        // It would keep the context alive as long as anybody remembers this plugin.
        _loader = null;
    }

    private Task FreeAsync() => Run(Dispose);
}
