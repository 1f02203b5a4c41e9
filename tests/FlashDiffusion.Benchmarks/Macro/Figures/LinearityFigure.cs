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
        var points = new List<(double Steps, double Seconds)>();
        for (var i = 0; i < count; i++)
        {
            var finished = await Caller.RunAsync(server.Client, pictures[i].Steps(steps[i]), cancellation);
            points.Add((finished.Result.Cost.Steps, finished.Seconds));
        }

        var fit = LinearFit.Of(points);
        return new JsonObject
        {
            ["cost_linearity_r2"] = fit.RSquared,
            ["details"] = new JsonObject { ["ms_per_step"] = 1000 * fit.Slope, ["ms_per_step_error"] = 1000 * fit.SlopeError, ["ms_fixed"] = 1000 * fit.Intercept, ["pictures"] = count },
        };
    }
}
