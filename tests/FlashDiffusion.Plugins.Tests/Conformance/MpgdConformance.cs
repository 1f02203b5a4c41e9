using FlashDiffusion.Conformance;
using FlashDiffusion.Plugins.Mpgd;

namespace FlashDiffusion.Plugins.Tests.Conformance;

public sealed class MpgdConformance : SolverConformance
{
    protected override ILatentSolver CreateSolver() => new MpgdSolver();
}
