using System.Collections.Immutable;
using FlashDiffusion.Server.Catalogs;

namespace FlashDiffusion.Server.Plugins;

/// <summary>What a folder of plugins provides, failed ones included.</summary>
/// <param name="Solvers">Solvers.</param>
/// <param name="Operators">Forward operators.</param>
internal sealed record PluginCatalogs(SolverCatalog Solvers, ImmutableArray<OperatorEntry> Operators)
{
    /// <summary>Plugins that no entry names any more: to be retired once these catalogs are in service.</summary>
    public ImmutableArray<Plugin> Replaced { get; init; } = [];

    public static PluginCatalogs Of(IReadOnlyList<PluginEntry> entries) => new(
        new SolverCatalog(entries.Where(entry => entry.Contract == PluginContract.Solver)
            .Select(entry => new SolverEntry(entry.Name, entry.Version, (ILatentSolver?)entry.Part, entry.Reason) { Lifetime = entry.Lifetime, HasHung = entry.HasHung })),
        [.. entries.Where(entry => entry.Contract == PluginContract.Operator)
            .Select(entry => new OperatorEntry(entry.Name, entry.Version, (IForwardOperatorFamily?)entry.Part, entry.Reason) { Lifetime = entry.Lifetime, HasHung = entry.HasHung })]);
}
