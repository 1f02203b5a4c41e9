using FlashDiffusion.Conformance;
using FlashDiffusion.Plugins.Ae;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class AeConformance : SolverConformance
{
    protected override ILatentSolver CreateSolver() => new AeSolver();
}
