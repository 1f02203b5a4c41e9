using FlashDiffusion.Conformance;
using FlashDiffusion.Plugins.Pnp;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class PnpConformance : SolverConformance
{
    protected override ILatentSolver CreateSolver() => new PnpSolver();
}
