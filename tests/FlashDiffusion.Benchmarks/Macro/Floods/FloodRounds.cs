using System.Diagnostics;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>
/// Windows beside each kind of neighbour in turn, so that a slow minute of the machine hits all three kinds. Times are over the mean of their round: else the
/// 99th percentile would be of the slowest minute alone.
/// </summary>
internal static class FloodRounds
{
    /// <summary>Runs rounds, one of them to warm up.</summary>
    /// <param name="window">Runs a window.</param>
    /// <param name="demand">When those who keep to their quota send in a round: alike in all of its windows.</param>
    /// <param name="most">Most rounds, a multiple of six.</param>
    /// <param name="longest">What all may take; the first six are done whatever they take.</param>
    /// <param name="pause">Before each round.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<List<FloodRound>> RunAsync(FloodWindow window, Func<int, IDemand> demand, int most, TimeSpan longest, TimeSpan pause, CancellationToken cancellation)
    {
        await RoundAsync(window, demand(0), 0, cancellation);
        var rounds = new List<FloodRound>();
        var began = Stopwatch.GetTimestamp();
        while (Turns.AreDue(rounds.Count, most, Stopwatch.GetElapsedTime(began), longest))
        {
            await Task.Delay(pause, cancellation);
            rounds.Add(await RoundAsync(window, demand(rounds.Count), rounds.Count, cancellation));
        }

        return rounds;
    }

    /// <summary>The 99th percentile of the twelve beside a flood over that without it, under a name; and its details.</summary>
    /// <param name="name">Its name in the JSON object.</param>
    /// <param name="rounds">What was measured.</param>
    /// <param name="steps">Of a picture.</param>
    /// <param name="quotas">What each caller might have.</param>
    /// <param name="more">What else belongs under <c>details</c>.</param>
    public static JsonObject Figures(string name, List<FloodRound> rounds, int steps, JsonObject quotas, params (string Name, JsonNode? Value)[] more)
    {
        FloodRound[] level = [.. rounds.Select(round => round.Level())];
        FloodMeasured[] floods = [.. rounds.Select(round => round.Windows[Neighbour.Floods])];
        var p99 = Pooled.Of(level, some => FloodRound.Ratio(some, Neighbour.IsAbsent, 0.99));
        var details = new JsonObject
        {
            ["quotas"] = quotas,
            ["p99_ratio"] = p99.ToJson(),
            ["p99_ratio_in_seconds"] = Pooled.Of(rounds, some => FloodRound.Ratio(some, Neighbour.IsAbsent, 0.99)).ToJson(),
            ["p50_ratio"] = Pooled.Of(level, some => FloodRound.Ratio(some, Neighbour.IsAbsent, 0.5)).ToJson(),
            ["p99_against_its_quota"] = Pooled.Of(level, some => FloodRound.Ratio(some, Neighbour.KeepsToItsQuota, 0.99)).ToJson(),
            ["p99_against_its_quota_in_seconds"] = Pooled.Of(rounds, some => FloodRound.Ratio(some, Neighbour.KeepsToItsQuota, 0.99)).ToJson(),
            ["p99_ms"] = Milliseconds(rounds, 0.99),
            ["p50_ms"] = Milliseconds(rounds, 0.5),
            ["window_seconds"] = Spread.Of(rounds.SelectMany(round => round.Windows.Values.Select(window => window.Length))).ToJson(),
            ["refused_per_second"] = Spread.Of(floods.Select(window => window.Refused / window.Length)).ToJson(),
            ["fewest_refused_in_a_window"] = floods.Min(window => window.Refused),
            ["refused"] = floods.Sum(window => window.Refused),
            ["let_in"] = floods.Sum(window => window.LetIn),
            ["came_through"] = floods.Sum(window => window.Finished),
            ["refused_of_the_others"] = new JsonObject(Enum.GetValues<Neighbour>().Select(neighbour => KeyValuePair.Create(neighbour.ToString(), (JsonNode?)rounds.Sum(round => round.Windows[neighbour].OthersRefused)))),
            ["pictures"] = floods.Sum(window => window.Seconds.Length),
            ["steps"] = steps,
        };
        foreach (var (key, value) in more)
        {
            details[key] = value;
        }

        return new JsonObject { [name] = p99.Value, ["details"] = details };
    }

    private static JsonObject Milliseconds(List<FloodRound> rounds, double share) =>
        new(Enum.GetValues<Neighbour>().Select(neighbour => KeyValuePair.Create(neighbour.ToString(), (JsonNode?)(1000 * FloodRound.Quantile(rounds, neighbour, share)))));

    private static async Task<FloodRound> RoundAsync(FloodWindow window, IDemand demand, int round, CancellationToken cancellation)
    {
        var measured = new Dictionary<Neighbour, FloodMeasured>();
        foreach (var neighbour in Turns.Of(round).Select(which => (Neighbour)which))
        {
            measured[neighbour] = await window.RunAsync(neighbour, demand, cancellation);
        }

        return new FloodRound(measured);
    }
}
