using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>What it costs to watch.</summary>
internal sealed class StreamingFigure : IMacroFigure
{
    private const int Pictures = 8;

    public string Name => "streaming";

    public string Description => "every step with latent and cheap preview streamed, against nothing but the result; 8 pictures at once";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        var steps = bench.Size(quick: 15, full: 40);
        var guided = (await Assignments.OfAsync(bench.Manifest, Pictures, server.Client, cancellation)).Select(picture => picture.Steps(steps)).ToArray();

        // Cheap steps first: the code that writes events is compiled a second and third time in the first thousands of them, which is no cost of watching.
        Assignment[] light = [.. guided.Select(picture => picture.Unguided())];
        var (lightCosts, _, lightUsual) = await PairsAsync(server, light, bench.Size(quick: 30, full: 40), cancellation);
        var (costs, processor, usual) = await PairsAsync(server, guided, bench.Size(quick: 4, full: 12), cancellation);

        // The same events around steps without guidance, whose time is a fraction: what the machine adds by chance is one too.
        var added = MeanDifference.Of([.. lightCosts]);
        var (spread, ofProcessor) = (Spread.Of(costs.Select(cost => cost / usual)), Spread.Of(processor));
        return new JsonObject
        {
            ["streaming_cost"] = spread.Median,
            ["details"] = new JsonObject
            {
                ["streaming_cost"] = spread.ToJson(),
                ["of_processor_time"] = ofProcessor.ToJson(),
                ["by_light_steps"] = added.Mean / usual,
                ["by_light_steps_error"] = added.StandardError / usual,
                ["added_ms_per_event"] = 1000 * added.Mean / (steps * Pictures),
                ["step_ms"] = 1000 * usual / steps,
                ["light_step_ms"] = 1000 * lightUsual / steps,
                ["steps"] = steps,
            },
        };
    }

    /// <summary>Pairs of batches, streamed and not.</summary>
    /// <returns>Seconds that streaming added; processor time that it added, as a share; the usual seconds without.</returns>
    private static async Task<(List<double> Added, List<double> Processor, double Usual)> PairsAsync(BenchServer server, Assignment[] plain, int pairs, CancellationToken cancellation)
    {
        Assignment[] streamed = [.. plain.Select(picture => picture.With(request => request.Progress = new V1.ProgressOptions
        {
            EverySteps = 1, IncludeLatent = true, Preview = V1.PreviewKind.Cheap,
        }))];
        await Caller.AtOnceAsync(server, plain, Pictures, cancellation);
        await Caller.AtOnceAsync(server, streamed, Pictures, cancellation);
        var (added, processor, usual) = (new List<double>(), new List<double>(), new List<double>());
        for (var pair = 0; pair < pairs; pair++)
        {
            var batches = new Batch[2];
            foreach (var which in Pairs.Order(pair))
            {
                batches[which] = await Caller.AtOnceAsync(server, which == 0 ? plain : streamed, Pictures, cancellation);
            }

            added.Add(batches[1].Seconds - batches[0].Seconds);
            processor.Add((batches[1].ProcessorSeconds / batches[0].ProcessorSeconds) - 1);
            usual.Add(batches[0].Seconds);
        }

        return (added, processor, Quantiles.Of(usual, 0.5));
    }
}
