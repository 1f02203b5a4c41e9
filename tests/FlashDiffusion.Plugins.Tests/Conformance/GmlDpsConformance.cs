using FlashDiffusion.Conformance;
using FlashDiffusion.Plugins.GmlDps;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class GmlDpsConformance : SolverConformance
{
    protected override ILatentSolver CreateSolver() => new GmlDpsSolver();
}
