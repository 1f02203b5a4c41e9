using FlashDiffusion.Engine.Leases;

namespace FlashDiffusion.Server.Catalogs;

/// <summary>A forward operator in the catalog, or one that failed to get there.</summary>
/// <param name="Name">The operator's name; of a failed plugin its folder's.</param>
/// <param name="Version">Version of its plugin; for an operator of the server's own the SHA-256 of its weights, empty without any.</param>
/// <param name="Family">The operator family; null if it failed.</param>
/// <param name="Reason">Why it failed; empty if it did not.</param>
internal sealed record OperatorEntry(string Name, string Version, IForwardOperatorFamily? Family, string Reason)
{
    /// <summary>Keeps its plugin while somebody uses it; null for an operator of the server's own.</summary>
    public SharedLifetime? Lifetime { get; init; }

    /// <summary>Whether it was taken out of service because a call of it hung.</summary>
    public bool HasHung { get; init; }

    /// <summary>An operator of the server's own.</summary>
    public static OperatorEntry Own(IForwardOperatorFamily family) => new(family.Descriptor.Name, "", family, "");

    /// <summary>An operator of the server's own that has weights.</summary>
    /// <param name="family">The operator family.</param>
    /// <param name="weightsHash">SHA-256 of its weights in hexadecimal.</param>
    public static OperatorEntry Weighted(IForwardOperatorFamily family, string weightsHash) => new(family.Descriptor.Name, weightsHash, family, "");
}
