using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;
using Grpc.Core;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>What is left of the capacity when far more is asked for.</summary>
internal sealed class GoodputFigure : IMacroFigure
{
    private const int Places = 16;
    private const int Overload = 3;

    public string Name => "goodput";

    public string Description => "requests at random times at 3 times what the server was just measured to do with its 16 places always taken: share of that capacity that it still does; the rest must be refused with the time to wait";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync($"--queue={Places}");
        var count = bench.Size(quick: 24, full: 40);
        var steps = Arrivals.Steps(count, 2, bench.Size(quick: 12, full: 30), seed: 2);
        var pictures = (await Assignments.OfAsync(bench.Manifest, count, server.Client, cancellation)).Select((picture, i) => picture.Steps(steps[i])).ToArray();
        await Caller.AtOnceAsync(server, pictures[..Places], Places, cancellation);

        // The machine's capacity changes, so it is measured before and after.
        var (capacities, goodputs, answers) = (new List<double> { await CapacityAsync(server, pictures, cancellation) }, new List<double>(), new List<Finished?>());
        for (var round = 0; round < bench.Size(quick: 1, full: 2); round++)
        {
            var (goodput, all) = await OverloadAsync(server.Client, pictures, capacities[^1] / steps.Average(), (ulong)round + 3, cancellation);
            answers.AddRange(all);
            goodputs.Add(goodput);
            capacities.Add(await CapacityAsync(server, pictures, cancellation));
        }

        var shares = Spread.Of(goodputs.Select((goodput, round) => 2 * goodput / (capacities[round] + capacities[round + 1])));
        return new JsonObject
        {
            ["goodput"] = shares.Median,
            ["details"] = new JsonObject
            {
                ["of_rounds"] = shares.ToJson(),
                ["capacity_steps_per_second"] = Spread.Of(capacities).ToJson(),
                ["requests"] = answers.Count,
                ["completed"] = answers.Count(answer => answer is not null),
                ["refused"] = answers.Count(answer => answer is null),
            },
        };
    }

    // Steps a second, from the first request to the last result, as in the overload: both end with ever smaller batches.
    private static async Task<double> CapacityAsync(BenchServer server, Assignment[] pictures, CancellationToken cancellation)
    {
        var batch = await Caller.AtOnceAsync(server, pictures, Places, cancellation);
        return batch.All.Sum(finished => (double)finished.Result.Cost.Steps) / batch.Seconds;
    }

    private static async Task<(double StepsPerSecond, IReadOnlyCollection<Finished?> Answers)> OverloadAsync(
        FlashClient client, Assignment[] pictures, double picturesPerSecond, ulong seed, CancellationToken cancellation)
    {
        Assignment[] all = [.. Enumerable.Repeat(pictures, Overload).SelectMany(picture => picture)];

        // All places are taken from the start, as where the capacity is measured.
        double[] arrivals = [.. Enumerable.Repeat(0.0, Places), .. Arrivals.Poisson(all.Length - Places, 1 / (Overload * picturesPerSecond), seed)];
        var began = TimeProvider.System.GetTimestamp();
        var answers = await Caller.ArrivingAsync(all, arrivals, picture => AnswerAsync(client, picture, cancellation), cancellation);
        var steps = answers.Sum(answer => (double)(answer?.Result.Cost.Steps ?? 0));
        return (steps / TimeProvider.System.GetElapsedTime(began).TotalSeconds, answers);
    }

    /// <summary>The result; null if it was refused as it should be.</summary>
    private static async Task<Finished?> AnswerAsync(FlashClient client, Assignment picture, CancellationToken cancellation)
    {
        try
        {
            return await Caller.RunAsync(client, picture, cancellation);
        }
        catch (FlashException refusal) when (refusal is { Code: StatusCode.ResourceExhausted, RetryAfter: not null })
        {
            return null;
        }
    }
}
