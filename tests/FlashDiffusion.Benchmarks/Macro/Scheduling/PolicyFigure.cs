using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>Who goes first, on real servers: the same arrivals under each policy, one after the other, round by round.</summary>
internal sealed class PolicyFigure : IMacroFigure
{
    private const double Load = 0.8;

    public string Name => "policies";

    public string Description => "shortest remaining, without ageing and with the default's, against first come: waiting at a load of 0.8, one step of one picture at a time";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var firstCome = await bench.StartAsync("--batch=1", "--policy=first_come");
        await using var shortest = await bench.StartAsync("--batch=1", "--policy=shortest_remaining", "--Engine:Ageing=0");
        await using var aged = await bench.StartAsync("--batch=1", "--policy=shortest_remaining");
        BenchServer[] servers = [firstCome, shortest, aged];
        var count = bench.Size(quick: 40, full: 80);
        var pictures = await Assignments.OfAsync(bench.Manifest, count, firstCome.Client, cancellation);
        var rounds = new List<PolicyRound>();
        // Three rounds are 240 requests under each policy: enough for a p99, in about twenty minutes.
        for (var round = 0; round < bench.Size(quick: 2, full: 3); round++)
        {
            rounds.Add(await RoundAsync(bench, servers, pictures, round, cancellation));
        }

        var all = PolicyRound.Join(rounds);
        return new JsonObject
        {
            ["shortest_remaining_p50_gain"] = all.ShortestGain,
            ["aged_mild_p50_gain"] = all.AgedMildGain,
            ["aged_p99_ratio"] = all.AgedLongestRatio,
            ["details"] = new JsonObject
            {
                ["shortest_remaining_p50_gain"] = Spread.Of(rounds.Select(round => round.ShortestGain)).ToJson(),
                ["aged_mild_p50_gain"] = Spread.Of(rounds.Select(round => round.AgedMildGain)).ToJson(),
                ["aged_p99_ratio"] = Spread.Of(rounds.Select(round => round.AgedLongestRatio)).ToJson(),
                ["seconds_p50"] = all.Quantile(0.5),
                ["seconds_p99"] = all.Quantile(0.99),
                ["requests"] = count * rounds.Count,
            },
        };
    }

    private static async Task<PolicyRound> RoundAsync(Bench bench, BenchServer[] servers, IReadOnlyList<Assignment> pictures, int round, CancellationToken cancellation)
    {
        var steps = Arrivals.Steps(pictures.Count, 1, bench.Size(quick: 16, full: 40), (ulong)round + 10);
        Assignment[] work = [.. pictures.Select((picture, i) => picture.Steps(steps[i]))];

        // What a step takes now: ten steps alone, after as many to warm up.
        await Caller.RunAsync(servers[0].Client, work[0].Steps(10), cancellation);
        var alone = await Caller.RunAsync(servers[0].Client, work[0].Steps(10), cancellation);
        var arrivals = Arrivals.Poisson(pictures.Count, alone.Seconds / alone.Result.Cost.Steps * steps.Average() / Load, (ulong)round + 20);
        var seconds = new double[servers.Length][];
        foreach (var policy in Enumerable.Range(0, servers.Length).Select(i => (i + round) % servers.Length))
        {
            seconds[policy] = [.. (await Caller.ArrivingAsync(servers[policy].Client, work, arrivals, cancellation)).Select(finished => finished.Seconds)];
        }

        return new PolicyRound([.. steps], seconds[0], seconds[1], seconds[2]);
    }
}
