using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Reports;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>What a trajectory of few network calls saves and costs.</summary>
internal sealed class FewStepFigure : IMacroFigure
{
    private const int Counted = 20;
    private const int Whole = 0;
    private static readonly int[] Calls = [5, 6, 8, 10, 20, 50];

    public string Name => "few-step";

    public string Description => "at most 5, 6, 8, 10, 20, 50 network calls against the full adaptive trajectory: time and PSNR, 32 at once";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        var pictures = await Assignments.OfAsync(bench.Manifest, bench.Size(quick: 16, full: 48), server.Client, cancellation);
        await Caller.AtOnceAsync(server, [.. pictures.Take(8).Select(picture => picture.Steps(3))], 8, cancellation);
        var batches = await InTurnsAsync(server, pictures, bench.Size(quick: 2, full: 4), cancellation);
        var whole = batches[Whole][0];
        double[] reference = [.. whole.All.Select(finished => finished.Psnr)];
        var gains = Calls.ToDictionary(calls => calls, calls => Spread.Of(batches[Whole].Zip(batches[calls], (all, few) => all.Seconds / few.Seconds)));
        var processor = Calls.ToDictionary(calls => calls, calls => Spread.Of(batches[Whole].Zip(batches[calls], (all, few) => all.ProcessorSeconds / few.ProcessorSeconds)));
        var losses = Calls.ToDictionary(calls => calls, calls => MeanDifference.Of(reference, batches[calls][0].All.Select(finished => finished.Psnr)));
        var byOperator = new JsonObject(Calls.Select(calls => KeyValuePair.Create(Text(calls), (JsonNode?)ByOperator(batches[calls][0], reference))));
        Curves.Write(
            bench.Beside("few-step.png"),
            FormattableString.Invariant($"{pictures.Length} pictures of {bench.Manifest.Name}, full: {whole.All.Average(finished => finished.Result.Cost.UnetForward):0.0} calls, {reference.Average():0.00} dB"),
            [
                new Curve("PSNR minus full, dB, over calls", [new CurveLine("PSNR", [.. Calls.Select(calls => ((double)calls, -losses[calls].Mean))])]),
                new Curve("times faster than full, over calls", [new CurveLine("gain", [.. Calls.Select(calls => ((double)calls, gains[calls].Median))])]),
            ]);
        return new JsonObject
        {
            ["few_step_gain"] = gains[Counted].Median,
            ["few_step_loss_db"] = losses[Counted].Mean,
            ["details"] = new JsonObject
            {
                ["manifest"] = bench.Manifest.Name,
                ["calls"] = Counted,
                ["full_calls"] = whole.All.Average(finished => finished.Result.Cost.UnetForward),
                ["full_psnr"] = reference.Average(),
                ["gain_by_calls"] = new JsonObject(Calls.Select(calls => KeyValuePair.Create(Text(calls), (JsonNode?)gains[calls].ToJson()))),
                ["gain_of_processor_time_by_calls"] = new JsonObject(Calls.Select(calls => KeyValuePair.Create(Text(calls), (JsonNode?)processor[calls].ToJson()))),
                ["loss_db_by_calls"] = new JsonObject(Calls.Select(calls => KeyValuePair.Create(Text(calls), (JsonNode?)losses[calls].ToJson()))),
                ["loss_db_by_calls_and_operator"] = byOperator,
                ["plot"] = "few-step.png",
            },
        };
    }

    // All ways in each round, every other round in the opposite order, so that a drift of the machine hits all of them.
    private static async Task<Dictionary<int, List<Batch>>> InTurnsAsync(BenchServer server, IReadOnlyList<Assignment> pictures, int rounds, CancellationToken cancellation)
    {
        int[] ways = [Whole, .. Calls];
        var batches = ways.ToDictionary(way => way, _ => new List<Batch>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var way in round % 2 == 0 ? ways : ways.Reverse())
            {
                Assignment[] asked = [.. pictures.Select(picture => way == Whole ? picture : picture.With(request => request.Scheduling = new V1.Scheduling { MaxNetworkCalls = way }))];
                batches[way].Add(await Caller.AtOnceAsync(server, asked, 32, cancellation));
            }
        }

        return batches;
    }

    private static JsonObject ByOperator(Batch few, double[] reference) => new(few.All.Zip(reference)
        .GroupBy(pair => pair.First.Assignment.Crop.Operator)
        .Select(group => KeyValuePair.Create(group.Key, (JsonNode?)group.Average(pair => pair.Second - pair.First.Psnr))));

    private static string Text(int calls) => calls.ToString(CultureInfo.InvariantCulture);
}
