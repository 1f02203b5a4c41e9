using McMaster.NETCore.Plugins;

namespace FlashDiffusion.Server.Plugins;

/// <summary>A loaded plugin: its solver, and the collectible load context that holds its code.</summary>
internal sealed class SolverPlugin(PluginLoader loader, ILatentSolver solver) : IDisposable
{
    public ILatentSolver Solver { get; } = solver;

    /// <summary>Begins to unload. The context dies when nothing of it is in use any more.</summary>
    public void Dispose()
    {
        (Solver as IDisposable)?.Dispose();
        loader.Dispose();
    }
}
