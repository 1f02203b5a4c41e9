using System.Collections.Immutable;

namespace FlashDiffusion.Server.Catalogs;

/// <summary>Immutable snapshot of the models. Names are looked up without regard to case.</summary>
internal sealed class ModelCatalog
{
    private readonly string _configured;

    /// <param name="entries">All models, failed ones too.</param>
    /// <param name="defaultModel">Name that an empty name means; empty for the first that is ready.</param>
    public ModelCatalog(IEnumerable<ModelEntry> entries, string defaultModel)
    {
        _configured = defaultModel;
        Entries = [.. entries.OrderBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase).ThenByDescending(entry => OrderOf(entry.Version))];
        DefaultModel = defaultModel.Length > 0 ? defaultModel : Entries.FirstOrDefault(entry => entry.IsReady)?.Name ?? "";
    }

    public static ModelCatalog Empty { get; } = new([], "");

    /// <summary>All entries by name, the newest version first.</summary>
    public ImmutableArray<ModelEntry> Entries { get; }

    /// <summary>Name that an empty name means; empty if no model is ready.</summary>
    public string DefaultModel { get; }

    /// <summary>
    /// The entry that a request means: of a version, or the newest that is ready, or else the newest that failed (to say why);
    /// null if there is none of that name and version.
    /// </summary>
    public ModelEntry? Find(string name, string version)
    {
        var wanted = name.Length == 0 ? DefaultModel : name;
        var versions = Entries.Where(entry => string.Equals(entry.Name, wanted, StringComparison.OrdinalIgnoreCase)).ToList();
        return version.Length > 0
            ? versions.Find(entry => entry.Version == version)
            : versions.Find(entry => entry.IsReady) ?? versions.FirstOrDefault();
    }

    /// <summary>The same models with other entries for some versions, and with those that are new.</summary>
    /// <param name="changed">The entries.</param>
    public ModelCatalog With(params IReadOnlyCollection<ModelEntry> changed) =>
        new([.. Entries.Where(entry => !changed.Any(other => other.Is(entry.Name, entry.Version))), .. changed], _configured);

    private static Version OrderOf(string version) =>
        int.TryParse(version, out var number) && number >= 0 ? new Version(number, 0)
        : Version.TryParse(version, out var parsed) ? parsed
        : new Version(0, 0);
}
