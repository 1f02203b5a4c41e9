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
        var pictures = await Assignments.OfAsync(bench.Manifest, bench.Size(quick: 24, full: 48), full.Client, cancellation);
        if (bench.Options.Quick)
        {
            // A fifth of the points of the schedule, so of the steps.
            pictures = [.. pictures.Select(picture => picture.With(request => request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 200, DdimEta = 1 }))];
        }

        var (gains, alone, processor) = (new List<double>(), new List<double>(), new List<double>());
        var (exact, rounded) = (new List<double>(), new List<double>());
        await Caller.AtOnceAsync(full, [.. pictures.Take(AtOnce).Select(picture => picture.Steps(3))], AtOnce, cancellation);
        await Caller.AtOnceAsync(reduced, [.. pictures.Take(AtOnce).Select(picture => picture.Steps(3))], AtOnce, cancellation);
        foreach (var (chunk, i) in pictures.Chunk(AtOnce).Select((chunk, i) => (chunk, i)))
        {
            var (times, alones, used) = (new double[2], new double[2], new double[2]);
            foreach (var which in Pairs.Order(i))
            {
                var server = which == 0 ? full : reduced;
                var batch = await Caller.AtOnceAsync(server, chunk, AtOnce, cancellation);
                (times[which], used[which]) = (batch.Seconds, batch.ProcessorSeconds);
                (which == 0 ? exact : rounded).AddRange(batch.All.Select(finished => finished.Psnr));
                alones[which] = (await Caller.AtOnceAsync(server, [chunk[0].Steps(10)], 1, cancellation)).ProcessorSeconds;
            }

            gains.Add(times[0] / times[1]);
            processor.Add(used[0] / used[1]);
            alone.Add(alones[0] / alones[1]);
        }

        var (gain, gainAlone, loss) = (Spread.Of(gains), Spread.Of(alone), MeanDifference.Of(exact, rounded));
        return new JsonObject
        {
            ["bfloat16_gain"] = gain.Median,
            ["bfloat16_loss_db"] = loss.Mean,
            ["details"] = new JsonObject
            {
                ["manifest"] = bench.Manifest.Name,
                ["bfloat16_gain"] = gain.ToJson(),
                ["gain_of_processor_time"] = Spread.Of(processor).ToJson(),
                ["gain_alone_of_processor_time"] = gainAlone.ToJson(),
                ["bfloat16_loss_db"] = loss.ToJson(),
            },
        };
    }
}
