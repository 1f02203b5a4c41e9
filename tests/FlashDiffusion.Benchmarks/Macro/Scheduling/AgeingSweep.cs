using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Reports;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>The ageing rate, swept in virtual time through the engine's own scheduler: thousands of requests, which a 99th percentile needs.</summary>
internal sealed class AgeingSweep : IMacroFigure
{
    private const double Load = 0.8;
    private const int LeastSteps = 3;
    private const int MostSteps = 200;
    private static readonly double[] Rates = [0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1, 3];

    public string Name => "ageing";

    public string Description => "p50, p50 of the milder half and p99 over the ageing rate at a load of 0.8, in virtual time through the engine's own scheduler";

    public Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        var count = bench.Size(quick: 2000, full: 5000);
        VirtualWork[] runs = [.. Enumerable.Range(1, bench.Size(quick: 2, full: 4)).Select(seed => VirtualWork.Poisson(
            Load, Arrivals.Steps(count, LeastSteps, MostSteps, (ulong)seed), new StepPace(0.05, 0), waiting: 0, (ulong)seed + 1))];
        var table = new JsonArray();
        var sweeps = new List<(double Rate, PolicyRound Round)>();
        var firstCome = runs.Select(run => VirtualQueue.Run(SchedulingPolicies.FirstCome, 0, run)).ToArray();
        var shortest = runs.Select(run => VirtualQueue.Run(SchedulingPolicies.ShortestRemaining, 0, run)).ToArray();
        foreach (var rate in Rates)
        {
            cancellation.ThrowIfCancellationRequested();
            var aged = rate == 0 ? shortest : [.. runs.Select(run => VirtualQueue.Run(SchedulingPolicies.ShortestRemaining, rate, run))];
            var round = PolicyRound.Join([.. runs.Select((run, i) => new PolicyRound(run.Steps, firstCome[i], shortest[i], aged[i]))]);
            sweeps.Add((rate, round));
            table.Add(new JsonObject
            {
                ["ageing"] = rate,
                ["p50_gain"] = (round with { Shortest = round.Aged }).ShortestGain,
                ["mild_p50_gain"] = round.AgedMildGain,
                ["p99_ratio"] = round.AgedLongestRatio,
            });
        }

        Curves.Write(
            bench.Beside("ageing.png"),
            string.Create(CultureInfo.InvariantCulture, $"{count * runs.Length} requests in virtual time, load {Load}, one picture a step, against first come"),
            [
                new Curve("p50, times shorter, over the rate", [new CurveLine("all", Line(sweeps, round => (round with { Shortest = round.Aged }).ShortestGain)), new CurveLine("milder half", Line(sweeps, round => round.AgedMildGain))]),
                new Curve("p99, ratio, over the rate", [new CurveLine("p99", Line(sweeps, round => round.AgedLongestRatio))]),
            ]);
        var mixes = PolicyMixes.Measure(Load, count, runs.Length, cancellation);
        return Task.FromResult(new JsonObject { ["ageing_sweep"] = table, ["details"] = new JsonObject { ["requests"] = count * runs.Length, ["plot"] = "ageing.png", ["mixes"] = mixes } });
    }

    private static ImmutableArray<(double X, double Y)> Line(IEnumerable<(double Rate, PolicyRound Round)> sweeps, Func<PolicyRound, double> value) =>
        [.. sweeps.Select(sweep => (sweep.Rate, value(sweep.Round)))];
}
