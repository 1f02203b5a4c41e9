using System.Collections.Immutable;
using FlashDiffusion.Benchmarks.Macro.Cancels;
using FlashDiffusion.Benchmarks.Macro.Classes;
using FlashDiffusion.Benchmarks.Macro.Figures;
using FlashDiffusion.Benchmarks.Macro.Floods;
using FlashDiffusion.Benchmarks.Macro.Manifest;
using FlashDiffusion.Benchmarks.Macro.Memory;
using FlashDiffusion.Benchmarks.Macro.Scheduling;
using FlashDiffusion.Benchmarks.Macro.Stalls;

namespace FlashDiffusion.Benchmarks.Macro;

/// <summary>All figures, the cheap ones first.</summary>
internal static class MacroFigures
{
    public static ImmutableArray<IMacroFigure> All { get; } =
    [
        new AgeingSweep(), new EtaSweep(), new OverheadFigure(), new LinearityFigure(), new RefusalFigure(), new QueueTimeoutFigure(), new CancelFigure(),
        new StalledFigure(), new PriorityFigure(), new StreamingFigure(), new TelemetryFigure(), new ReloadFigure(),
        new FloodFigure(), new FloodAtOnceFigure(), new GoodputFigure(), new PrecisionFigure(), new EtaFigure(), new DeadlineFigure(), new FewStepFigure(), new MemoryFigure(), new ThroughputFigure(),
        new PolicyFigure(), new ManifestFigure(),
        new FewStepTuning(),
    ];
}
