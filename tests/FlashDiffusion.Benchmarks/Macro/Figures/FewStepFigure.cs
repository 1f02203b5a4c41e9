using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Reports;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>What a trajectory of few network calls saves and costs.</summary>
internal sealed class FewStepFigure : IMacroFigure
{
    private const int Counted = 20;
    private static readonly int[] Calls = [5, 6, 8, 10, 20, 50];

    public string Name => "few-step";

    public string Description => "at most 5, 6, 8, 10, 20, 50 network calls against the full adaptive trajectory: time and PSNR, 32 at once";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        var pictures = await Assignments.OfAsync(bench.Manifest, bench.Size(quick: 16, full: 48), server.Client, cancellation);
        await Caller.AtOnceAsync(server, [.. pictures.Take(8).Select(picture => picture.Steps(3))], 8, cancellation);
        var whole = await Caller.AtOnceAsync(server, pictures, 32, cancellation);
        double[] reference = [.. whole.All.Select(finished => finished.Psnr)];
        var (gains, processor, losses) = (new Dictionary<int, double>(), new Dictionary<int, double>(), new Dictionary<int, MeanDifference>());
        var byOperator = new JsonObject();
        foreach (var calls in Calls)
        {
            Assignment[] few = [.. pictures.Select(picture => picture.With(request => request.Scheduling = new V1.Scheduling { MaxNetworkCalls = calls }))];
            var batch = await Caller.AtOnceAsync(server, few, 32, cancellation);
            processor[calls] = whole.ProcessorSeconds / batch.ProcessorSeconds;
            gains[calls] = whole.Seconds / batch.Seconds;
            losses[calls] = MeanDifference.Of(reference, batch.All.Select(finished => finished.Psnr));
            byOperator[Text(calls)] = new JsonObject(batch.All.Zip(reference).GroupBy(pair => pair.First.Assignment.Crop.Operator).Select(group => KeyValuePair.Create(
                group.Key, (JsonNode?)group.Average(pair => pair.Second - pair.First.Psnr))));
        }

        Curves.Write(
            bench.Beside("few-step.png"),
            FormattableString.Invariant($"{pictures.Length} pictures of {bench.Manifest.Name}, full: {whole.All.Average(finished => finished.Result.Cost.UnetForward):0.0} calls, {reference.Average():0.00} dB"),
            [
                new Curve("PSNR minus full, dB, over calls", [new CurveLine("PSNR", [.. Calls.Select(calls => ((double)calls, -losses[calls].Mean))])]),
                new Curve("times faster than full, over calls", [new CurveLine("gain", [.. Calls.Select(calls => ((double)calls, gains[calls]))])]),
            ]);
        return new JsonObject
        {
            ["few_step_gain"] = gains[Counted],
            ["few_step_loss_db"] = losses[Counted].Mean,
            ["details"] = new JsonObject
            {
                ["manifest"] = bench.Manifest.Name,
                ["calls"] = Counted,
                ["full_calls"] = whole.All.Average(finished => finished.Result.Cost.UnetForward),
                ["full_psnr"] = reference.Average(),
                ["gain_by_calls"] = new JsonObject(Calls.Select(calls => KeyValuePair.Create(Text(calls), (JsonNode?)gains[calls]))),
                ["gain_of_processor_time_by_calls"] = new JsonObject(Calls.Select(calls => KeyValuePair.Create(Text(calls), (JsonNode?)processor[calls]))),
                ["loss_db_by_calls"] = new JsonObject(Calls.Select(calls => KeyValuePair.Create(Text(calls), (JsonNode?)losses[calls].ToJson()))),
                ["loss_db_by_calls_and_operator"] = byOperator,
                ["plot"] = "few-step.png",
            },
        };
    }

    private static string Text(int calls) => calls.ToString(CultureInfo.InvariantCulture);
}
