using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FlashDiffusion.Server.Catalogs;

/// <summary>The forward operators, looked up by name without regard to case.</summary>
internal sealed class OperatorCatalog
{
    private readonly FrozenDictionary<string, IForwardOperatorFamily> _byName;

    /// <exception cref="ArgumentException">Two families have the same name.</exception>
    public OperatorCatalog(IEnumerable<IForwardOperatorFamily> families)
    {
        Families = [.. families.OrderBy(family => family.Descriptor.Name, StringComparer.OrdinalIgnoreCase)];
        _byName = Families.ToFrozenDictionary(family => family.Descriptor.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All families by name.</summary>
    public ImmutableArray<IForwardOperatorFamily> Families { get; }

    public IForwardOperatorFamily? Find(string name) => _byName.GetValueOrDefault(name);
}
