using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>Whether time is what steps cost.</summary>
internal sealed class LinearityFigure : IMacroFigure
{
    public string Name => "linearity";

    public string Description => "time of a picture alone against its steps, straight line";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        var count = bench.Size(quick: 16, full: 48);
        var steps = Arrivals.Steps(count, 2, bench.Size(quick: 30, full: 80), seed: 1);
        var pictures = await Assignments.OfAsync(bench.Manifest, count, server.Client, cancellation);
        var (points, processor) = (new List<(double Steps, double Seconds)>(), new List<(double Steps, double Seconds)>());
        for (var i = 0; i < count; i++)
        {
            var batch = await Caller.AtOnceAsync(server, [pictures[i].Steps(steps[i])], 1, cancellation);
            var taken = batch.All[0].Result.Cost.Steps;
            points.Add((taken, batch.All[0].Seconds));
            processor.Add((taken, batch.ProcessorSeconds));
        }

        // Neighbours on the machine bend the wall's line more than the processor's.
        var (fit, ofProcessor) = (LinearFit.Of(points), LinearFit.Of(processor));
        return new JsonObject
        {
            ["cost_linearity_r2"] = fit.RSquared,
            ["details"] = new JsonObject { ["ms_per_step"] = 1000 * fit.Slope, ["ms_per_step_error"] = 1000 * fit.SlopeError, ["ms_fixed"] = 1000 * fit.Intercept, ["r2_of_processor_time"] = ofProcessor.RSquared, ["processor_ms_per_step"] = 1000 * ofProcessor.Slope, ["pictures"] = count },
        };
    }
}
