using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Steps;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Plugins.LatentDps;
using TorchSharp;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>Share of a step that is not network arithmetic.</summary>
internal sealed class OverheadFigure : IMacroFigure
{
    private const int Batch = 8;

    public string Name => "overhead";

    public string Description => "1 - network arithmetic / whole step, both of the same guided steps of a batch of 8 inside one process";

    public Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        using var catalog = ModelRepository.Load(Path.Combine(Checkout.Root, "server", "models"), torch.CPU);
        var model = catalog.Models[0].Model;
        var figures = StepBenchmark.Run(model, new LatentDpsSolver(), new PictureShape(64, 64), [Batch], bench.Size(quick: 12, full: 40)).Batches[0];
        return Task.FromResult(new JsonObject
        {
            ["engine_overhead"] = figures.Overhead,
            ["details"] = new JsonObject
            {
                ["low"] = figures.OverheadLow,
                ["high"] = figures.OverheadHigh,
                ["steps"] = figures.Steps,
                ["of_processor_time"] = figures.CpuOverhead,
                ["of_processor_time_low"] = figures.CpuOverheadLow,
                ["of_processor_time_high"] = figures.CpuOverheadHigh,
                ["step_ms"] = figures.StepMs,
            },
        });
    }
}
