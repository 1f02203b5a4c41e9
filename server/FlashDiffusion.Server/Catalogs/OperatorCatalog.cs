using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FlashDiffusion.Server.Catalogs;

/// <summary>Immutable snapshot of the forward operators. Names are looked up without regard to case.</summary>
internal sealed class OperatorCatalog
{
    private readonly FrozenDictionary<string, OperatorEntry> _ready;

    /// <exception cref="ArgumentException">Two operators that can be used have the same name.</exception>
    public OperatorCatalog(IEnumerable<OperatorEntry> entries)
    {
        Entries = [.. entries.OrderBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase)];
        _ready = Entries.Where(entry => entry.Family is not null).ToFrozenDictionary(entry => entry.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All entries by name, failed ones too.</summary>
    public ImmutableArray<OperatorEntry> Entries { get; }

    /// <summary>Names of the operators that can be used, in order.</summary>
    public IEnumerable<string> ReadyNames => Entries.Where(entry => entry.Family is not null).Select(entry => entry.Name);

    /// <summary>The operator of a name; null if there is none that can be used.</summary>
    public OperatorEntry? Find(string name) => _ready.GetValueOrDefault(name);

    /// <summary>The failed entry of a name, to say why it can't be used.</summary>
    public OperatorEntry? FindFailed(string name) =>
        Entries.FirstOrDefault(entry => entry.Family is null && string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase));
}
