using FlashDiffusion.Plugins.GmlDps;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Plugins.Psld;
using FlashDiffusion.Plugins.ReSample;

namespace FlashDiffusion.Trainer.Evaluation.Paper;

/// <summary>The solvers of the paper's tables; each carries the tables' settings as named presets.</summary>
internal static class PaperSolvers
{
    public static IReadOnlyList<ILatentSolver> All { get; } = [new LatentDpsSolver(), new GmlDpsSolver(), new PsldSolver(), new ReSampleSolver()];

    /// <summary>The settings of a solver in a cell; null if the paper has none.</summary>
    public static NamedPreset? Preset(ILatentSolver solver, PaperCell cell) => solver.Descriptor.Presets.FirstOrDefault(preset => preset.Name == cell.Name);
}
