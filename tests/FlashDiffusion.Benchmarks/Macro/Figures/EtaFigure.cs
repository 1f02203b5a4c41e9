using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>Whether the first event's ETA is kept.</summary>
internal sealed class EtaFigure : IMacroFigure
{
    private static readonly double[] Loads = [0.5, 0.8];

    public string Name => "eta";

    public string Description => "|time from the first event to the result / its ETA - 1| with requests arriving at random, at loads of 0.5 and 0.8 of what the server can do";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        var count = bench.Size(quick: 40, full: 120);
        var steps = Arrivals.Steps(count, 2, bench.Size(quick: 20, full: 60), seed: 2);
        var pictures = (await Assignments.OfAsync(bench.Manifest, count, server.Client, cancellation)).Select((picture, i) => picture.Steps(steps[i])).ToArray();
        await Caller.AtOnceAsync(server, pictures[..16], 16, cancellation);
        var (errors, details) = (new JsonObject(), new JsonObject());
        foreach (var load in Loads)
        {
            // The capacity is measured just before, since the machine's changes.
            var capacity = 16 / (await Caller.AtOnceAsync(server, pictures[..16], 16, cancellation)).Seconds;
            capacity *= steps.Take(16).Average() / steps.Average();
            var all = await Caller.ArrivingAsync(server.Client, pictures, Arrivals.Poisson(count, 1 / (load * capacity), seed: 3), cancellation);
            double[] ratios = [.. all.Where(finished => finished.Plan.Eta is not null).Select(finished => (finished.Seconds - finished.AcceptedSeconds) / finished.Plan.Eta.ToTimeSpan().TotalSeconds)];
            var name = load.ToString(CultureInfo.InvariantCulture);
            errors[name] = Quantiles.Of(ratios.Select(ratio => Math.Abs(ratio - 1)), 0.9);
            details[name] = new JsonObject { ["actual_over_eta"] = Spread.Of(ratios).ToJson(), ["p50_error"] = Quantiles.Of(ratios.Select(ratio => Math.Abs(ratio - 1)), 0.5), ["images_per_second_possible"] = capacity };
        }

        return new JsonObject { ["eta_error_p90"] = errors, ["details"] = details };
    }
}
