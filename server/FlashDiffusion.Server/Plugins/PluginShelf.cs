namespace FlashDiffusion.Server.Plugins;

/// <summary>
/// Loads every plugin below a root. Of the versions of one plugin the highest that loads is used; those above it that failed stay
/// visible with their reason, and those below are not loaded. A second plugin with the name of an earlier one of its kind is refused.
/// </summary>
internal sealed class PluginShelf(ILogger<PluginShelf> logger) : IDisposable
{
    private readonly List<Plugin> _loaded = [];

    /// <summary>Load contexts that plugins live in.</summary>
    public int Contexts => _loaded.Count;

    /// <param name="root">Folder of all plugins.</param>
    /// <param name="ownOperators">Names of operators that the server has without plugins.</param>
    public PluginCatalogs Load(string root, params IReadOnlyCollection<string> ownOperators)
    {
        var entries = new List<PluginEntry>();
        foreach (var versions in PluginFolder.Below(root).GroupBy(folder => folder.Name, StringComparer.Ordinal))
        {
            foreach (var folder in versions)
            {
                var entry = LoadOne(folder, entries, ownOperators);
                entries.Add(entry);
                if (entry.Part is not null)
                {
                    break;
                }
            }
        }

        return PluginCatalogs.Of(entries);
    }

    public void Dispose()
    {
        _loaded.ForEach(plugin => plugin.Dispose());
        _loaded.Clear();
    }

    private PluginEntry LoadOne(PluginFolder folder, List<PluginEntry> earlier, IReadOnlyCollection<string> ownOperators)
    {
        if (!PluginInspector.Inspect(folder).TryGet(out var manifest, out var refusal))
        {
            return Refused(PluginInspector.KindOf(folder), folder, refusal);
        }

        var contract = PluginContract.Find(manifest.Kind)!;
        var loading = PluginAssembly.Load(folder, manifest, contract);
        if (loading.Plugin is not { } plugin)
        {
            return Refused(contract, folder, loading.Refusal!);
        }

        var name = contract.NameOf(plugin.Part);
        if (contract == PluginContract.Operator && ownOperators.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            plugin.Dispose();
            return Refused(contract, folder, $"The server has an operator '{name}' of its own.");
        }

        if (earlier.Exists(entry => entry.Contract == contract && entry.Part is not null && string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            plugin.Dispose();
            return Refused(contract, folder, $"Another plugin already provides the {contract.Kind} '{name}'.");
        }

        _loaded.Add(plugin);
        Log.PluginLoaded(logger, contract.Kind, name, folder.Version);
        return new PluginEntry(contract, name, folder.Version, plugin.Part, "");
    }

    private PluginEntry Refused(PluginContract contract, PluginFolder folder, string reason)
    {
        Log.PluginRefused(logger, folder.Name, folder.Version, reason);
        return new PluginEntry(contract, folder.Name, folder.Version, null, reason);
    }
}
