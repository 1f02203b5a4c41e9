using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>How a shortened chain should be guided and how much noise it should get: what the defaults were chosen from. Give it pictures that nothing is reported on.</summary>
internal sealed class FewStepTuning : IMacroFigure
{
    private static readonly double[] Exponents = [0, 0.12, 0.25, 0.5];
    private static readonly double[] Etas = [0, 0.5, 1];
    private static readonly int[] Calls = [10, 20];

    public string Name => "few-step-tuning";

    public string Description => "mean PSNR of shortened chains by guidance exponent, DDIM eta and calls";

    public bool OnlyByName => true;

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        var table = new JsonArray();
        foreach (var exponent in Exponents)
        {
            await using var server = await bench.StartAsync($"--Engine:GuidanceExponent={Text(exponent)}");
            var pictures = await Assignments.OfAsync(bench.Manifest, bench.Size(quick: 12, full: 48), server.Client, cancellation);
            foreach (var (eta, calls) in Etas.SelectMany(eta => Calls.Select(calls => (eta, calls))))
            {
                // Over every point of the schedule DDIM with eta 1 is the usual chain; a cut keeps the eta.
                Assignment[] few = [.. pictures.Select(picture => picture.With(request =>
                {
                    request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 1000, DdimEta = eta };
                    request.Scheduling = new V1.Scheduling { MaxNetworkCalls = calls };
                }))];
                var batch = await Caller.AtOnceAsync(server, few, 32, cancellation);
                var row = new JsonObject
                {
                    ["exponent"] = exponent,
                    ["eta"] = eta,
                    ["calls"] = calls,
                    ["psnr"] = Spread.Of(batch.All.Select(finished => finished.Psnr)).ToJson(),
                    ["mean_psnr"] = batch.All.Average(finished => finished.Psnr),
                };
                foreach (var group in batch.All.GroupBy(finished => finished.Assignment.Crop.Operator))
                {
                    row[group.Key] = group.Average(finished => finished.Psnr);
                }

                table.Add(row);
                Console.WriteLine(row.ToJsonString());
            }
        }

        return new JsonObject { ["few_step_tuning"] = table, ["details"] = new JsonObject { ["manifest"] = bench.Manifest.Name } };
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
