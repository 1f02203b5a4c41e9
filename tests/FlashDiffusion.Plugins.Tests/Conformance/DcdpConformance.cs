using FlashDiffusion.Conformance;
using FlashDiffusion.Plugins.Dcdp;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class DcdpConformance : SolverConformance
{
    protected override ILatentSolver CreateSolver() => new DcdpSolver();
}
