using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Reports;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>The ageing rate, swept in virtual time through the engine's own scheduler: thousands of requests, which a 99th percentile needs.</summary>
internal sealed class AgeingSweep : IMacroFigure
{
    private static readonly double[] Rates = [0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1, 3];

    public string Name => "ageing";

    public string Description => "p50, p50 of the milder half and p99 over the ageing rate at a load of 0.8, in virtual time through the engine's own scheduler";

    public Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        var count = bench.Size(quick: 2000, full: 5000);
        ulong[] seeds = bench.Size<ulong[]>([1, 2], [1, 2, 3, 4]);
        var table = new JsonArray();
        var sweeps = new List<(double Rate, PolicyRound Round)>();
        var firstCome = seeds.Select(seed => VirtualQueue.Run(SchedulingPolicies.FirstCome, 0, count, seed)).ToArray();
        var shortest = seeds.Select(seed => VirtualQueue.Run(SchedulingPolicies.ShortestRemaining, 0, count, seed)).ToArray();
        foreach (var rate in Rates)
        {
            cancellation.ThrowIfCancellationRequested();
            var aged = rate == 0 ? shortest : [.. seeds.Select(seed => VirtualQueue.Run(SchedulingPolicies.ShortestRemaining, rate, count, seed))];
            var round = PolicyRound.Join([.. seeds.Select((_, i) => new PolicyRound(firstCome[i].Steps, firstCome[i].Seconds, shortest[i].Seconds, aged[i].Seconds))]);
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
            string.Create(CultureInfo.InvariantCulture, $"{count * seeds.Length} requests in virtual time, load {VirtualQueue.Load}, one picture a step, against first come"),
            [
                new Curve("p50, times shorter, over the rate", [new CurveLine("all", Line(sweeps, round => (round with { Shortest = round.Aged }).ShortestGain)), new CurveLine("milder half", Line(sweeps, round => round.AgedMildGain))]),
                new Curve("p99, ratio, over the rate", [new CurveLine("p99", Line(sweeps, round => round.AgedLongestRatio))]),
            ]);
        return Task.FromResult(new JsonObject { ["ageing_sweep"] = table, ["details"] = new JsonObject { ["requests"] = count * seeds.Length, ["plot"] = "ageing.png" } });
    }

    private static System.Collections.Immutable.ImmutableArray<(double X, double Y)> Line(IEnumerable<(double Rate, PolicyRound Round)> sweeps, Func<PolicyRound, double> value) =>
        [.. sweeps.Select(sweep => (sweep.Rate, value(sweep.Round)))];
}
