using FlashDiffusion;
using FlashDiffusion.Conformance;

namespace SolverClass1.Tests;

/// <summary>Every law that a server relies on; a failing one says which sample, which step and by how much.</summary>
public sealed class SolverClass1Conformance : SolverConformance
{
    protected override ILatentSolver CreateSolver() => new SolverClass1Solver();
}
