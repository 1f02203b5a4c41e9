using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Manifest;

/// <summary>The manifest as it stands: what the research code is compared with on the same pictures and weights.</summary>
internal sealed class ManifestFigure : IMacroFigure
{
    private const int AtOnce = 32;
    private const int FewCalls = 20;
    // What costs no more than 0.05 dB (few-step): as good as the whole chain.
    private const int FewerCalls = 10;
    private const int FewestCalls = 8;

    public string Name => "manifest";

    public string Description => "the manifest, every picture with its time, network calls and PSNR: alone and 32 at once, against float32 without batching";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        await using var plain = await bench.StartAsync("--batch=1", "--precision=float32");
        var pictures = await Assignments.OfAsync(bench.Manifest, bench.Size(quick: 12, full: 32), server.Client, cancellation);
        await Caller.AtOnceAsync(server, [.. pictures.Take(8).Select(picture => picture.Steps(3))], 8, cancellation);

        // One picture on each server in turn, so that a neighbour on the machine disturbs both.
        var file = new PictureFile(bench.Beside("manifest-pictures.json"));
        var (baseline, alone, processor) = (new List<Finished>(), new List<Finished>(), new double[2]);
        foreach (var (picture, i) in pictures.Select((picture, i) => (picture, i)))
        {
            foreach (var which in Pairs.Order(i))
            {
                var batch = await Caller.AtOnceAsync(which == 0 ? plain : server, [picture], 1, cancellation);
                (which == 0 ? baseline : alone).AddRange(batch.All);
                file.Add(which == 0 ? "baseline" : "alone", batch.All);
                processor[which] += batch.ProcessorSeconds;
            }
        }

        var many = await Caller.AtOnceAsync(server, pictures, AtOnce, cancellation);
        file.Add("at_once", many.All);
        var few = await Caller.AtOnceAsync(server, Short(pictures, FewCalls), AtOnce, cancellation);
        file.Add("few_step_at_once", few.All);
        var fewer = await Caller.AtOnceAsync(server, Short(pictures, FewerCalls), AtOnce, cancellation);
        file.Add("fewer_steps_at_once", fewer.All);
        var fewest = await Caller.AtOnceAsync(server, Short(pictures, FewestCalls), AtOnce, cancellation);
        file.Add("fewest_steps_at_once", fewest.All);
        var baselineMs = 1000 * baseline.Average(finished => finished.Seconds);
        var aloneMs = 1000 * alone.Average(finished => finished.Seconds);
        var manyMs = 1000 * many.Seconds / pictures.Length;
        var fewMs = 1000 * few.Seconds / pictures.Length;
        var fewerMs = 1000 * fewer.Seconds / pictures.Length;
        var fewestMs = 1000 * fewest.Seconds / pictures.Length;
        return new JsonObject
        {
            ["ms_per_picture"] = new JsonObject { ["1"] = aloneMs, ["32"] = manyMs, ["32_few_step"] = fewMs, ["32_fewer_steps"] = fewerMs, ["32_fewest_steps"] = fewestMs, ["baseline"] = baselineMs },
            ["ms_per_picture_ratio"] = new JsonObject { ["1"] = baselineMs / aloneMs, ["32"] = baselineMs / manyMs, ["32_few_step"] = baselineMs / fewMs, ["32_fewer_steps"] = baselineMs / fewerMs, ["32_fewest_steps"] = baselineMs / fewestMs },
            ["details"] = new JsonObject
            {
                ["manifest"] = bench.Manifest.Name,
                ["pictures_file"] = "manifest-pictures.json",
                ["ratio_alone"] = Spread.Of(baseline.Zip(alone, (slow, fast) => slow.Seconds / fast.Seconds)).ToJson(),
                ["processor_ms_per_picture"] = new JsonObject
                {
                    ["baseline"] = 1000 * processor[0] / pictures.Length,
                    ["1"] = 1000 * processor[1] / pictures.Length,
                    ["32"] = 1000 * many.ProcessorSeconds / pictures.Length,
                    ["32_few_step"] = 1000 * few.ProcessorSeconds / pictures.Length,
                    ["32_fewer_steps"] = 1000 * fewer.ProcessorSeconds / pictures.Length,
                    ["32_fewest_steps"] = 1000 * fewest.ProcessorSeconds / pictures.Length,
                },
                ["psnr"] = new JsonObject { ["baseline"] = Psnr(baseline), ["1"] = Psnr(alone), ["32"] = Psnr(many.All), ["32_few_step"] = Psnr(few.All), ["32_fewer_steps"] = Psnr(fewer.All), ["32_fewest_steps"] = Psnr(fewest.All) },
                ["few_step_loss_db"] = MeanDifference.Of(baseline.Select(finished => finished.Psnr), few.All.Select(finished => finished.Psnr)).ToJson(),
                ["fewer_steps_loss_db"] = MeanDifference.Of(baseline.Select(finished => finished.Psnr), fewer.All.Select(finished => finished.Psnr)).ToJson(),
                ["fewest_steps_loss_db"] = MeanDifference.Of(baseline.Select(finished => finished.Psnr), fewest.All.Select(finished => finished.Psnr)).ToJson(),
                ["pictures"] = pictures.Length,
            },
        };
    }

    private static Assignment[] Short(IEnumerable<Assignment> pictures, int calls) =>
        [.. pictures.Select(picture => picture.With(request => request.Scheduling = new V1.Scheduling { MaxNetworkCalls = calls }))];

    private static double Psnr(IEnumerable<Finished> all) => all.Average(finished => finished.Psnr);
}
