using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>How a shortened chain should be guided: what the exponents of the presets were chosen from. Give it pictures that nothing is reported on.</summary>
internal sealed class FewStepTuning : IMacroFigure
{
    private static readonly double[] Exponents = [-0.15, 0, 0.12, 0.25, 0.4, 0.6];
    private static readonly int[] Calls = [5, 6, 8, 12];

    public string Name => "few-step-tuning";

    public string Description => "mean PSNR of shortened chains by guidance exponent, calls and operator";

    public bool OnlyByName => true;

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        var table = new JsonArray();
        foreach (var exponent in Exponents)
        {
            await using var server = await bench.StartAsync($"--Engine:GuidanceExponent={Text(exponent)}");
            var pictures = await Assignments.OfAsync(bench.Manifest, bench.Size(quick: 24, full: 72), server.Client, cancellation);
            foreach (var calls in Calls)
            {
                Assignment[] few = [.. pictures.Select(picture => picture.With(request => request.Scheduling = new V1.Scheduling { MaxNetworkCalls = calls }))];
                var batch = await Caller.AtOnceAsync(server, few, 32, cancellation);
                var row = new JsonObject
                {
                    ["exponent"] = exponent,
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
