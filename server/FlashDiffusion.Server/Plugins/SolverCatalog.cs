using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FlashDiffusion.Server.Plugins;

/// <summary>Immutable snapshot of the solvers. Names are looked up without regard to case.</summary>
internal sealed class SolverCatalog
{
    private readonly FrozenDictionary<string, SolverEntry> _ready;

    public SolverCatalog(IEnumerable<SolverEntry> entries)
    {
        Entries = [.. entries.OrderBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase).ThenBy(entry => entry.IsReady ? 0 : 1)];
        _ready = Entries.Where(entry => entry.IsReady).ToFrozenDictionary(entry => entry.Name, StringComparer.OrdinalIgnoreCase);
    }

    public static SolverCatalog Empty { get; } = new([]);

    /// <summary>All entries by name, failed ones too.</summary>
    public ImmutableArray<SolverEntry> Entries { get; }

    /// <summary>Names of the solvers that can be used, in order.</summary>
    public IEnumerable<string> ReadyNames => Entries.Where(entry => entry.IsReady).Select(entry => entry.Name);

    /// <summary>The solver of a name; null if there is none that can be used.</summary>
    public SolverEntry? Find(string name) => _ready.GetValueOrDefault(name);

    /// <summary>The failed entry of a name, to say why it can't be used.</summary>
    public SolverEntry? FindFailed(string name) =>
        Entries.FirstOrDefault(entry => !entry.IsReady && string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase));
}
