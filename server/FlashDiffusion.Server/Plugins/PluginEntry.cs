using FlashDiffusion.Engine.Leases;

namespace FlashDiffusion.Server.Plugins;

/// <summary>A plugin that loaded, or one that did not and why.</summary>
/// <param name="Contract">Its kind; that of solvers where the manifest could not tell.</param>
/// <param name="Name">Name of what it provides; of a failed plugin its folder's.</param>
/// <param name="Version">Version.</param>
/// <param name="Part">The solver or the operator family; null if it failed.</param>
/// <param name="Reason">Why it failed; empty if it did not.</param>
internal sealed record PluginEntry(PluginContract Contract, string Name, string Version, object? Part, string Reason)
{
    /// <summary>Keeps it while somebody uses it; null if it failed.</summary>
    public SharedLifetime? Lifetime { get; init; }

    /// <summary>Whether it was taken out of service because a call of it hung.</summary>
    public bool HasHung { get; init; }
}
