using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>What bfloat16 networks give and take.</summary>
internal sealed class PrecisionFigure : IMacroFigure
{
    private const int AtOnce = 8;

    public string Name => "precision";

    public string Description => "float32 against bfloat16 networks, gradients included: time and PSNR of the same pictures, 8 at once; and of one alone";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var full = await bench.StartAsync("--precision=float32");
        await using var reduced = await bench.StartAsync("--precision=bfloat16");
        var pictures = await Assignments.OfAsync(bench.Manifest, bench.Size(quick: 16, full: 48), full.Client, cancellation);
        var (gains, alone) = (new List<double>(), new List<double>());
        var (exact, rounded) = (new List<double>(), new List<double>());
        await Caller.AtOnceAsync(full.Client, [.. pictures.Take(AtOnce).Select(picture => picture.Steps(3))], AtOnce, cancellation);
        await Caller.AtOnceAsync(reduced.Client, [.. pictures.Take(AtOnce).Select(picture => picture.Steps(3))], AtOnce, cancellation);
        foreach (var (chunk, i) in pictures.Chunk(AtOnce).Select((chunk, i) => (chunk, i)))
        {
            var (times, alones) = (new double[2], new double[2]);
            foreach (var which in i % 2 == 0 ? new[] { 0, 1 } : [1, 0])
            {
                var client = which == 0 ? full.Client : reduced.Client;
                var (seconds, all) = await Caller.AtOnceAsync(client, chunk, AtOnce, cancellation);
                times[which] = seconds;
                (which == 0 ? exact : rounded).AddRange(all.Select(finished => finished.Psnr));
                alones[which] = (await Caller.RunAsync(client, chunk[0].Steps(20), cancellation)).Seconds;
            }

            gains.Add(times[0] / times[1]);
            alone.Add(alones[0] / alones[1]);
        }

        var (gain, gainAlone, loss) = (Spread.Of(gains), Spread.Of(alone), MeanDifference.Of(exact, rounded));
        return new JsonObject
        {
            ["bfloat16_gain"] = gain.Median,
            ["bfloat16_loss_db"] = loss.Mean,
            ["details"] = new JsonObject { ["manifest"] = bench.Manifest.Name, ["bfloat16_gain"] = gain.ToJson(), ["gain_alone"] = gainAlone.ToJson(), ["bfloat16_loss_db"] = loss.ToJson() },
        };
    }
}
