namespace FlashDiffusion.Server.Plugins;

/// <summary>
/// Loads every plugin below a root, and again when asked to. Of the versions of one plugin the highest that loads is used; those above it
/// that failed stay visible with their reason, and those below are not loaded. What did not change is not loaded anew; where no version of a
/// plugin loads any more, the one before stays. A second plugin with the name of an earlier one of its kind is refused. One call at a time.
/// </summary>
internal sealed class PluginShelf(PluginThreads threads, ILogger<PluginShelf> logger) : IDisposable
{
    private readonly PluginContexts _contexts = new();
    private readonly Dictionary<(PluginFolder Folder, string Sha256), string> _quarantined = [];
    private Dictionary<string, ShelvedPlugin> _shelved = new(StringComparer.Ordinal);

    /// <summary>Load contexts that are alive: of plugins in use, and of those that nobody uses any more until they are collected.</summary>
    public int Contexts => _contexts.Alive;

    /// <summary>Runs what disposes of a plugin: on a device's thread, once there is one.</summary>
    public Func<Action, Task>? Releasing { get; set; }

    /// <param name="root">Folder of all plugins.</param>
    /// <param name="ownOperators">Names of operators that the server has without plugins.</param>
    public PluginCatalogs Load(string root, params IReadOnlyCollection<string> ownOperators)
    {
        var entries = new List<PluginEntry>();
        var kept = new Dictionary<string, ShelvedPlugin>(StringComparer.Ordinal);
        foreach (var versions in PluginFolder.Below(root).GroupBy(folder => folder.Name, StringComparer.Ordinal))
        {
            foreach (var folder in versions)
            {
                if (LoadOne(folder, entries, ownOperators) is { } shelved)
                {
                    kept.Add(versions.Key, shelved);
                    entries.Add(shelved.Entry);
                    break;
                }
            }

            if (!kept.ContainsKey(versions.Key) && _shelved.TryGetValue(versions.Key, out var before) && !IsQuarantined(before) && !Provides(entries, before.Entry))
            {
                Log.PluginStays(logger, versions.Key, before.Folder.Version);
                kept.Add(versions.Key, before);
                entries.RemoveAll(entry => entry.Part is null && entry.Version == before.Folder.Version && entry.Name == versions.Key);
                entries.Add(before.Entry);
            }

            if (kept.TryGetValue(versions.Key, out var serving))
            {
                // What hung before anybody knew what it provides goes by the name under which another version of it serves.
                entries = [.. entries.Select(entry => entry.HasHung && entry.Name == versions.Key ? entry with { Name = serving.Entry.Name } : entry)];
            }
        }

        var replaced = _shelved.Values.Except(kept.Values).Select(shelved => shelved.Plugin);
        var catalogs = PluginCatalogs.Of(entries) with { Replaced = [.. replaced] };
        _shelved = kept;
        return catalogs;
    }

    /// <summary>Takes the version of a plugin that hung off the shelf for good; another version, or other content, may come.</summary>
    /// <param name="part">Its solver or operator family.</param>
    /// <returns>The plugin, to be retired; null if it is none that is in use.</returns>
    public Plugin? Quarantine(object part)
    {
        if (_shelved.FirstOrDefault(pair => ReferenceEquals(pair.Value.Entry.Part, part)) is not { Value: { } shelved, Key: var name })
        {
            return null;
        }

        _quarantined[(shelved.Folder, shelved.Sha256)] = shelved.Entry.Name;
        _shelved.Remove(name);
        return shelved.Plugin;
    }

    public void Dispose()
    {
        foreach (var shelved in _shelved.Values)
        {
            threads.End(shelved.Folder, shelved.Plugin);
        }

        _shelved.Clear();
    }

    private static bool Provides(List<PluginEntry> entries, PluginEntry other) => entries.Exists(
        entry => entry.Contract == other.Contract && entry.Part is not null && string.Equals(entry.Name, other.Name, StringComparison.OrdinalIgnoreCase));

    private bool IsQuarantined(ShelvedPlugin shelved) => _quarantined.ContainsKey((shelved.Folder, shelved.Sha256));

    // Null if it was refused, with its entry among the others.
    private ShelvedPlugin? LoadOne(PluginFolder folder, List<PluginEntry> entries, IReadOnlyCollection<string> ownOperators)
    {
        if (!PluginInspector.Inspect(folder).TryGet(out var manifest, out var refusal))
        {
            return Refuse(PluginInspector.KindOf(folder), folder, refusal, entries);
        }

        var contract = PluginContract.Find(manifest.Kind)!;
        var hash = manifest.Content;
        if (_quarantined.TryGetValue((folder, hash), out var hung))
        {
            entries.Add(new PluginEntry(contract, hung, folder.Version, null, "A call of it hung, and it is what it was then: install another version.") { HasHung = true });
            return null;
        }

        if (_shelved.TryGetValue(folder.Name, out var before) && before.Is(folder, manifest) && before.Entry.Contract == contract && !Provides(entries, before.Entry))
        {
            return before;
        }

        var loading = threads.Run(folder, contract.Kind, stage => PluginAssembly.Load(folder, manifest, contract, stage));
        if (loading.Plugin is not { } plugin)
        {
            if (loading.HasHung)
            {
                // Else each reading of the folder would lose another thread.
                _quarantined[(folder, hash)] = folder.Name;
                Log.PluginQuarantined(logger, "Plugin", folder.Name, folder.Version, loading.Refusal!);
                entries.Add(new PluginEntry(contract, folder.Name, folder.Version, null, loading.Refusal!) { HasHung = true });
                return null;
            }

            return Refuse(contract, folder, loading.Refusal!, entries);
        }

        plugin.Run = Releasing ?? plugin.Run;
        _contexts.Add(plugin.Context);
        var entry = new PluginEntry(contract, contract.NameOf(plugin.Part), folder.Version, plugin.Part, "") { Lifetime = plugin.Lifetime };
        if (contract == PluginContract.Operator && ownOperators.Contains(entry.Name, StringComparer.OrdinalIgnoreCase))
        {
            plugin.Lifetime.Retire();
            return Refuse(contract, folder, $"The server has an operator '{entry.Name}' of its own.", entries);
        }

        if (Provides(entries, entry))
        {
            plugin.Lifetime.Retire();
            return Refuse(contract, folder, $"Another plugin already provides the {contract.Kind} '{entry.Name}'.", entries);
        }

        Log.PluginLoaded(logger, contract.Kind, entry.Name, folder.Version);
        return new ShelvedPlugin(folder, hash, entry, plugin);
    }

    private ShelvedPlugin? Refuse(PluginContract contract, PluginFolder folder, string reason, List<PluginEntry> entries)
    {
        Log.PluginRefused(logger, folder.Name, folder.Version, reason);
        entries.Add(new PluginEntry(contract, folder.Name, folder.Version, null, reason));
        return null;
    }
}
