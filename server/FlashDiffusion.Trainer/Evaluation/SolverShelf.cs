using FlashDiffusion.Plugins.Ae;
using FlashDiffusion.Plugins.Daps;
using FlashDiffusion.Plugins.Dcdp;
using FlashDiffusion.Plugins.Ddim;
using FlashDiffusion.Plugins.GmlDps;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Plugins.Lmap;
using FlashDiffusion.Plugins.Mpgd;
using FlashDiffusion.Plugins.Pnp;
using FlashDiffusion.Plugins.Psld;
using FlashDiffusion.Plugins.ReSample;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>The solvers that a comparison runs, the two floors first.</summary>
internal static class SolverShelf
{
    /// <summary>The solver that others have to beat: the same reverse diffusion without data consistency.</summary>
    public const string Floor = "ddim";

    public static IReadOnlyList<ILatentSolver> All { get; } =
    [
        new AeSolver(),
        new DdimSolver(),
        new PnpSolver(),
        new MpgdSolver(),
        new DcdpSolver(),
        new DapsSolver(),
        new LmapSolver(),
        new LatentDpsSolver(),
        new GmlDpsSolver(),
        new PsldSolver(),
        new ReSampleSolver(),
    ];

    public static ILatentSolver Find(string name) => All.FirstOrDefault(solver => solver.Descriptor.Name == name)
        ?? throw new ArgumentException($"There is no solver '{name}'; there are {string.Join(", ", All.Select(solver => solver.Descriptor.Name))}.", nameof(name));
}
