using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Manifest;

/// <summary>The manifest as it stands: what the research code is compared with on the same pictures and weights.</summary>
internal sealed class ManifestFigure : IMacroFigure
{
    public string Name => "manifest";

    public string Description => "the manifest, every picture with its time, network calls and PSNR: alone and 32 at once, against float32 without batching";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        await using var plain = await bench.StartAsync("--batch=1", "--precision=float32");
        var pictures = await Assignments.OfAsync(bench.Manifest, bench.Size(quick: 12, full: 32), server.Client, cancellation);
        await Caller.AtOnceAsync(server, [.. pictures.Take(8).Select(picture => picture.Steps(3))], 8, cancellation);

        // Ten calls are the fewest that cost no more than 0.05 dB (few-step): as good as the whole chain.
        ManifestWay[] ways = [new("32", "at_once", null), new("32_few_step", "few_step_at_once", 20), new("32_fewer_steps", "fewer_steps_at_once", 10), new("32_fewest_steps", "fewest_steps_at_once", 8)];
        var written = new PictureFile(bench.Beside("manifest-pictures.json"));
        var pairs = new ManifestPairs(plain, server, written);
        // All at once between pictures alone, several times: the machine is not the same for so long.
        var rounds = bench.Size(quick: 2, full: 4);
        foreach (var (round, ofRound) in pictures.Chunk(Math.Max(1, pictures.Length / rounds)).Index())
        {
            await pairs.RunAsync(ofRound, cancellation);
            foreach (var way in round % 2 == 0 ? ways : [.. Enumerable.Reverse(ways)])
            {
                await way.RunAsync(server, pictures, written, cancellation);
            }
        }

        return Figures(bench.Manifest.Name, pairs, ways);
    }

    private static JsonObject Figures(string manifest, ManifestPairs pairs, ManifestWay[] ways)
    {
        var (baseline, alone) = (pairs.Baseline, pairs.Alone);
        var (baselineMs, aloneMs) = (1000 * baseline.Average(finished => finished.Seconds), 1000 * alone.Average(finished => finished.Seconds));
        var details = new JsonObject
        {
            ["manifest"] = manifest,
            ["pictures_file"] = "manifest-pictures.json",
            ["ratio_alone"] = Spread.Of(baseline.Zip(alone, (slow, fast) => slow.Seconds / fast.Seconds)).ToJson(),
            ["ratio_by_round"] = Each(ways, way => way.Ratio(pairs.BaselineSeconds).ToJson()),
            ["processor_ms_per_picture"] = Each(ways, way => way.ProcessorMilliseconds, ("baseline", pairs.BaselineProcessorMilliseconds), ("1", pairs.AloneProcessorMilliseconds)),
            ["psnr"] = Each(ways, way => Psnr(way.Pictures), ("baseline", Psnr(baseline)), ("1", Psnr(alone))),
            ["pictures"] = baseline.Count,
        };
        foreach (var way in ways.Where(way => way.LossKey is not null))
        {
            details[way.LossKey!] = MeanDifference.Of(baseline.Select(finished => finished.Psnr), way.Pictures.Select(finished => finished.Psnr)).ToJson();
        }

        return new JsonObject
        {
            ["ms_per_picture"] = Each(ways, way => way.Milliseconds, ("1", aloneMs), ("baseline", baselineMs)),
            ["ms_per_picture_ratio"] = Each(ways, way => way.Ratio(pairs.BaselineSeconds).Median, ("1", baselineMs / aloneMs)),
            ["details"] = details,
        };
    }

    private static JsonObject Each(ManifestWay[] ways, Func<ManifestWay, JsonNode?> figure, params (string Key, double Figure)[] before)
    {
        var all = new JsonObject();
        foreach (var (key, value) in before)
        {
            all[key] = value;
        }

        foreach (var way in ways)
        {
            all[way.Key] = figure(way);
        }

        return all;
    }

    private static double Psnr(IEnumerable<Finished> all) => all.Average(finished => finished.Psnr);
}
