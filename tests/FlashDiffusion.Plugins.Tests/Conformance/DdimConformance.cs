using FlashDiffusion.Conformance;
using FlashDiffusion.Plugins.Ddim;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class DdimConformance : SolverConformance
{
    protected override ILatentSolver CreateSolver() => new DdimSolver();
}
