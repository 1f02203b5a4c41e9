using System.Diagnostics;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>
/// What one caller's flood does to the others where each has a quota of its own. Windows are short, and beside each kind of neighbour in turn, so that a slow
/// minute of the machine hits all three kinds. Times are over the mean of their round: else the 99th percentile would be of the slowest minute alone.
/// </summary>
internal sealed class FloodFigure : IMacroFigure
{
    private const int Callers = 12;
    private const int Quota = 1;

    /// <summary>Few, so that windows are short and many.</summary>
    private const int Steps = 2;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5.5);

    public string Name => "flood";

    public string Description => "p99 of 12 callers with a picture each, of which each may have one at once, while a thirteenth sends 40 requests a second whatever it is told, against windows without it; and against windows in which it keeps to its quota";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        using var keys = new CallerKeys(Callers + 1);
        await using var server = await bench.StartAsync($"--keys-file={keys.FullPath}", $"--Quotas:Concurrent={Quota}");
        var clients = keys.All.Select(server.Connect).ToArray();
        try
        {
            var pictures = (await Assignments.OfAsync(bench.Manifest, clients.Length, clients[0], cancellation)).Select(picture => picture.Steps(Steps)).ToArray();
            var window = new FloodWindow(clients, pictures);
            await RoundAsync(window, 0, cancellation);
            var rounds = new List<FloodRound>();
            var began = Stopwatch.GetTimestamp();
            while (Turns.AreDue(rounds.Count, bench.Size(quick: 6, full: 48), Stopwatch.GetElapsedTime(began), Longest))
            {
                rounds.Add(await RoundAsync(window, rounds.Count, cancellation));
            }

            return Figures(rounds);
        }
        finally
        {
            foreach (var client in clients)
            {
                client.Dispose();
            }
        }
    }

    private static async Task<FloodRound> RoundAsync(FloodWindow window, int round, CancellationToken cancellation)
    {
        var measured = new Dictionary<Neighbour, FloodMeasured>();
        foreach (var neighbour in Turns.Of(round).Select(which => (Neighbour)which))
        {
            measured[neighbour] = await window.RunAsync(neighbour, cancellation);
        }

        return new FloodRound(measured);
    }

    private static JsonObject Figures(List<FloodRound> rounds)
    {
        FloodRound[] level = [.. rounds.Select(round => round.Level())];
        FloodMeasured[] floods = [.. rounds.Select(round => round.Windows[Neighbour.Floods])];
        var p99 = Pooled.Of(level, some => FloodRound.Ratio(some, Neighbour.IsAbsent, 0.99));
        return new JsonObject
        {
            ["flood_p99_ratio"] = p99.Value,
            ["details"] = new JsonObject
            {
                ["p99_ratio"] = p99.ToJson(),
                ["p99_ratio_in_seconds"] = Pooled.Of(rounds, some => FloodRound.Ratio(some, Neighbour.IsAbsent, 0.99)).ToJson(),
                ["p50_ratio"] = Pooled.Of(level, some => FloodRound.Ratio(some, Neighbour.IsAbsent, 0.5)).ToJson(),
                ["p99_against_its_quota"] = Pooled.Of(level, some => FloodRound.Ratio(some, Neighbour.KeepsToItsQuota, 0.99)).ToJson(),
                ["p99_against_its_quota_in_seconds"] = Pooled.Of(rounds, some => FloodRound.Ratio(some, Neighbour.KeepsToItsQuota, 0.99)).ToJson(),
                ["p99_ms"] = new JsonObject(Enum.GetValues<Neighbour>().Select(neighbour => KeyValuePair.Create(neighbour.ToString(), (JsonNode?)(1000 * FloodRound.Quantile(rounds, neighbour, 0.99))))),
                ["window_seconds"] = Spread.Of(rounds.SelectMany(round => round.Windows.Values.Select(window => window.Length))).ToJson(),
                ["refused_per_second"] = Spread.Of(floods.Select(window => window.Refused / window.Length)).ToJson(),
                ["fewest_refused_in_a_window"] = floods.Min(window => window.Refused),
                ["came_through"] = floods.Sum(window => window.Finished),
                ["pictures"] = floods.Sum(window => window.Seconds.Length),
                ["steps"] = Steps,
            },
        };
    }
}
