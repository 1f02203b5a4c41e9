using System.Runtime.CompilerServices;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>Solvers that hung once and get no further step. Keeps none of them alive. Safe to use from any thread.</summary>
internal sealed class Quarantine
{
    private readonly ConditionalWeakTable<ILatentSolver, object> _solvers = [];

    /// <summary>Gives a solver no further step.</summary>
    public void Add(ILatentSolver solver) => _solvers.AddOrUpdate(solver, this);

    /// <summary>Whether a solver gets none.</summary>
    public bool Holds(ILatentSolver solver) => _solvers.TryGetValue(solver, out _);
}
