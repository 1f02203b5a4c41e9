using FlashDiffusion.Engine.Leases;

namespace FlashDiffusion.Server.Plugins;

/// <summary>A solver in the catalog, or a plugin that failed to become one.</summary>
/// <param name="Name">The solver's name; of a failed plugin its folder's.</param>
/// <param name="Version">Version.</param>
/// <param name="Solver">The solver; null if it failed.</param>
/// <param name="Reason">Why it failed; empty if it did not.</param>
internal sealed record SolverEntry(string Name, string Version, ILatentSolver? Solver, string Reason)
{
    /// <summary>Keeps its plugin while somebody uses it; null if it stays as long as the server.</summary>
    public SharedLifetime? Lifetime { get; init; }

    /// <summary>Whether it was taken out of service because a call of it hung.</summary>
    public bool HasHung { get; init; }

    public bool IsReady => Solver is not null;
}
