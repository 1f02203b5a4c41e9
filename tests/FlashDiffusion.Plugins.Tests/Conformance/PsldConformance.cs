using FlashDiffusion.Conformance;
using FlashDiffusion.Plugins.Psld;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class PsldConformance : SolverConformance
{
    protected override ILatentSolver CreateSolver() => new PsldSolver();
}
