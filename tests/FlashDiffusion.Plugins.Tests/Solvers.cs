using FlashDiffusion.Plugins.GmlDps;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Plugins.LatentRecon;
using FlashDiffusion.Plugins.Psld;
using FlashDiffusion.Plugins.ReSample;

namespace FlashDiffusion.Plugins.Tests;

/// <summary>The paper's solvers.</summary>
internal static class Solvers
{
    public static ILatentSolver[] All { get; } = [new LatentDpsSolver(), new GmlDpsSolver(), new PsldSolver(), new ReSampleSolver(), new LatentReconSolver()];

    public static ILatentSolver Named(string name) => All.Single(solver => solver.Descriptor.Name == name);
}
