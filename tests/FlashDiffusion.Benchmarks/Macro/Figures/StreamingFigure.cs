using System.Text.Json.Nodes;
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
        var plain = (await Assignments.OfAsync(bench.Manifest, Pictures, server.Client, cancellation)).Select(picture => picture.Steps(steps)).ToArray();
        var streamed = plain.Select(picture => picture.With(request => request.Progress = new V1.ProgressOptions
        {
            EverySteps = 1, IncludeLatent = true, Preview = V1.PreviewKind.Cheap,
        })).ToArray();
        await Caller.AtOnceAsync(server, plain, Pictures, cancellation);
        var (costs, processor) = (new List<double>(), new List<double>());
        for (var pair = 0; pair < bench.Size(quick: 7, full: 12); pair++)
        {
            // Who goes first alternates, so that a drift of the machine hits both.
            var batches = new Batch[2];
            foreach (var which in pair % 2 == 0 ? new[] { 0, 1 } : [1, 0])
            {
                batches[which] = await Caller.AtOnceAsync(server, which == 0 ? plain : streamed, Pictures, cancellation);
            }

            costs.Add((batches[1].Seconds / batches[0].Seconds) - 1);
            processor.Add((batches[1].ProcessorSeconds / batches[0].ProcessorSeconds) - 1);
        }

        var spread = Spread.Of(costs);
        return new JsonObject { ["streaming_cost"] = spread.Median, ["details"] = new JsonObject { ["streaming_cost"] = spread.ToJson(), ["of_processor_time"] = Spread.Of(processor).ToJson(), ["steps"] = steps } };
    }
}
