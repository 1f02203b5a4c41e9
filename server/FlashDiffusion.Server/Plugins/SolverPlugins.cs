namespace FlashDiffusion.Server.Plugins;

/// <summary>
/// Loads every plugin below a root. Of the versions of one plugin the highest that loads is used; those above it that failed stay
/// visible with their reason, and those below are not loaded. A second plugin with the name of an earlier one is refused.
/// </summary>
internal sealed class SolverPlugins(ILogger<SolverPlugins> logger) : IDisposable
{
    private readonly List<SolverPlugin> _loaded = [];

    public SolverCatalog Load(string root)
    {
        var entries = new List<SolverEntry>();
        foreach (var versions in PluginFolder.Below(root).GroupBy(folder => folder.Name, StringComparer.Ordinal))
        {
            foreach (var folder in versions)
            {
                var entry = LoadOne(folder, entries);
                entries.Add(entry);
                if (entry.IsReady)
                {
                    break;
                }
            }
        }

        return new SolverCatalog(entries);
    }

    public void Dispose()
    {
        _loaded.ForEach(plugin => plugin.Dispose());
        _loaded.Clear();
    }

    private SolverEntry LoadOne(PluginFolder folder, List<SolverEntry> earlier)
    {
        var loading = PluginInspector.Inspect(folder).TryGet(out var manifest, out var refusal)
            ? SolverPluginLoader.Load(folder, manifest)
            : PluginLoading.Refused(refusal);
        if (loading.Plugin is not { } plugin)
        {
            Log.PluginRefused(logger, folder.Name, folder.Version, loading.Refusal!);
            return new SolverEntry(folder.Name, folder.Version, null, loading.Refusal!);
        }

        var name = plugin.Solver.Descriptor.Name;
        if (earlier.Exists(entry => entry.IsReady && string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            plugin.Dispose();
            var reason = $"Another plugin already provides the solver '{name}'.";
            Log.PluginRefused(logger, folder.Name, folder.Version, reason);
            return new SolverEntry(folder.Name, folder.Version, null, reason);
        }

        _loaded.Add(plugin);
        Log.PluginLoaded(logger, name, folder.Version);
        return new SolverEntry(name, folder.Version, plugin.Solver, "");
    }
}
