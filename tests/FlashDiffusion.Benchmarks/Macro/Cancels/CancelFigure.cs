using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Cancels;

/// <summary>How long the device goes on for somebody who wants nothing any more.</summary>
internal sealed class CancelFigure : IMacroFigure
{
    private const int Others = 8;
    private const string Latency = "flashdiffusion_cancel_latency_seconds";
    private const string StepTime = "flashdiffusion_step_duration_seconds";
    private const string OfSteps = "stage=\"Step\"";

    /// <summary>So many that nobody ends by himself.</summary>
    private const int Steps = 100;

    /// <summary>Steps before the cancellation.</summary>
    private const int Before = 2;

    /// <summary>Multiples of it, without their whole parts, are spread evenly over a step in any number.</summary>
    private const double GoldenRatio = 0.6180339887;

    public string Name => "cancel";

    public string Description => "time from a client's cancellation, at any moment of a step and beside 8 others, to the answer that its place is free; and steps that were done for it after that";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        Assignment[] pictures = [.. (await Assignments.OfAsync(bench.Manifest, Others + 1, server.Client, cancellation)).Select(picture => picture.Steps(Steps))];
        var victim = pictures[Others].With(request => request.Progress = new V1.ProgressOptions { EverySteps = 1 });
        await using var others = await Companions.BeginAsync(server.Client, pictures[..Others], cancellation);
        using var metrics = new MetricsReader(server);
        var (rounds, after) = (new List<CancelRound>(), new List<int>());
        var seconds = new Dictionary<CancelWay, List<double>> { [CancelWay.Stream] = [], [CancelWay.Call] = [] };

        // Until sizes of batches are measured, the server tries some.
        await RoundAsync(server, metrics, victim, 0, 4, cancellation);
        var first = await metrics.ReadAsync(cancellation);
        for (var round = 0; round < bench.Size(quick: 2, full: 6); round++)
        {
            var (measured, pictureSeconds) = await RoundAsync(server, metrics, victim, round, bench.Size(quick: 10, full: 24), cancellation);
            rounds.Add(measured);
            foreach (var (way, one, steps) in pictureSeconds)
            {
                seconds[way].Add(one);
                after.AddRange(steps is { } known ? [known] : []);
            }
        }

        var last = await metrics.ReadAsync(cancellation);
        return Figures(rounds, seconds, after, first, last);
    }

    private static async Task<(CancelRound Round, List<(CancelWay Way, double Seconds, int? StepsAfter)> All)> RoundAsync(
        BenchServer server, MetricsReader metrics, Assignment victim, int round, int count, CancellationToken cancellation)
    {
        var all = new List<(CancelWay, double Seconds, int?)>();
        var before = await metrics.ReadAsync(cancellation);
        for (var i = 0; i < count; i++)
        {
            var way = (CancelWay)Pairs.Order(i / 2)[i % 2];
            var picture = new CancelledPicture(server.Client, victim);
            all.Add((way, await picture.RunAsync(way, Before, ((round * count) + i) * GoldenRatio % 1, cancellation), picture.StepsAfter));
        }

        var after = await metrics.ReadAsync(cancellation);
        var step = (after.Sum($"{StepTime}_sum", OfSteps) - before.Sum($"{StepTime}_sum", OfSteps)) / (after.Sum($"{StepTime}_count", OfSteps) - before.Sum($"{StepTime}_count", OfSteps));
        return (new CancelRound([.. all.Select(one => one.Seconds)], step), all);
    }

    private static JsonObject Figures(List<CancelRound> rounds, Dictionary<CancelWay, List<double>> seconds, List<int> after, MetricsPage first, MetricsPage last)
    {
        var (p50, p99) = (Pooled.Of(rounds, some => CancelRound.Quantile(some, 0.5)), Pooled.Of(rounds, some => CancelRound.Quantile(some, 0.99)));
        var (p50InSteps, p99InSteps) = (Pooled.Of(rounds, some => CancelRound.QuantileInSteps(some, 0.5)), Pooled.Of(rounds, some => CancelRound.QuantileInSteps(some, 0.99)));
        var server = new BucketedQuantiles(first.Buckets(Latency), last.Buckets(Latency));
        return new JsonObject
        {
            ["cancel_ms_p50"] = 1000 * p50.Value,
            ["cancel_ms_p99"] = 1000 * p99.Value,
            ["cancel_steps_p50"] = p50InSteps.Value,
            ["cancel_steps_p99"] = p99InSteps.Value,
            ["cancel_most_steps_after"] = after.Max(),
            ["details"] = new JsonObject
            {
                ["p50_seconds"] = p50.ToJson(),
                ["p99_seconds"] = p99.ToJson(),
                ["p50_in_steps"] = p50InSteps.ToJson(),
                ["p99_in_steps"] = p99InSteps.ToJson(),
                ["by_way_seconds"] = new JsonObject(seconds.Select(way => KeyValuePair.Create(way.Key.ToString(), (JsonNode?)Spread.Of(way.Value).ToJson()))),
                ["steps_after"] = new JsonObject(after.CountBy(steps => steps).OrderBy(count => count.Key).Select(count => KeyValuePair.Create(count.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)count.Value))),
                ["servers_mean_ms"] = 1000 * (last.Sum($"{Latency}_sum") - first.Sum($"{Latency}_sum")) / server.Count,
                ["servers_p50_ms"] = 1000 * server.Of(0.5),
                ["servers_p99_ms"] = 1000 * server.Of(0.99),
                ["servers_count"] = server.Count,
                ["step_ms"] = Spread.Of(rounds.Select(round => 1000 * round.StepSeconds)).ToJson(),
            },
        };
    }
}
