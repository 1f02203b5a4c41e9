using FlashDiffusion.Conformance;
using FlashDiffusion.Plugins.LatentDps;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class LatentDpsConformance : SolverConformance
{
    protected override ILatentSolver CreateSolver() => new LatentDpsSolver();
}
