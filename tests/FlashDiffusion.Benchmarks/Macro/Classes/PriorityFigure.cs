using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Classes;

/// <summary>Whether those of the lowest class are in the way of one of the highest.</summary>
internal sealed class PriorityFigure : IMacroFigure
{
    private const int Others = 50;
    private const int Steps = 6;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3.5);

    public string Name => "priority";

    public string Description => "a picture of the highest class while 50 of the lowest are under way, against the same on a free server and among 50 of its own class: time, and units of work that it waited for";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        using var metrics = new MetricsReader(server);
        var pictures = await Assignments.OfAsync(bench.Manifest, Others + 1, server.Client, cancellation);
        var window = new ClassWindow(server, metrics, pictures[0], pictures[1..], Steps);
        await RoundAsync(window, 0, cancellation);
        var rounds = new List<ClassRound>();
        var began = Stopwatch.GetTimestamp();
        while (Turns.AreDue(rounds.Count, bench.Size(quick: 6, full: 18), Stopwatch.GetElapsedTime(began), Longest))
        {
            rounds.Add(await RoundAsync(window, rounds.Count, cancellation));
        }

        return Figures(rounds);
    }

    private static async Task<ClassRound> RoundAsync(ClassWindow window, int round, CancellationToken cancellation)
    {
        var measured = new Dictionary<Crowd, ImmutableArray<PrivilegedPicture>>();
        foreach (var crowd in Turns.Of(round).Select(which => (Crowd)which))
        {
            // Among its own it takes many times as long.
            measured[crowd] = await window.RunAsync(crowd, crowd == Crowd.Own ? 1 : 3, cancellation);
        }

        return new ClassRound(measured);
    }

    private static JsonObject Figures(List<ClassRound> rounds)
    {
        var (toFree, toOwn) = (Pooled.Of(rounds, some => ClassRound.Ratio(some, Crowd.Lower, Crowd.Nobody)), Pooled.Of(rounds, some => ClassRound.Ratio(some, Crowd.Lower, Crowd.Own)));
        return new JsonObject
        {
            ["priority_units_waited_p99"] = Quantiles.Of(ClassRound.All(rounds, Crowd.Lower).Select(picture => picture.UnitsWaited), 0.99),
            ["priority_ratio_to_free"] = toFree.Value,
            ["priority_ratio_to_own_class"] = toOwn.Value,
            ["details"] = new JsonObject
            {
                ["ratio_to_free"] = toFree.ToJson(),
                ["ratio_to_own_class"] = toOwn.ToJson(),
                ["units_waited"] = Each(rounds, picture => picture.UnitsWaited),
                ["seconds"] = Each(rounds, picture => picture.Seconds),
                ["queue_seconds"] = Each(rounds, picture => picture.QueueSeconds),
                ["unit_ms"] = Each(rounds, picture => 1000 * picture.UnitSeconds),
                ["rounds"] = rounds.Count,
                ["steps"] = Steps,
            },
        };
    }

    private static JsonObject Each(List<ClassRound> rounds, Func<PrivilegedPicture, double> value) => new(Enum.GetValues<Crowd>().Select(crowd =>
    {
        double[] values = [.. ClassRound.All(rounds, crowd).Select(value)];
        var spread = Spread.Of(values).ToJson();
        spread["most"] = values.Max();
        return KeyValuePair.Create(crowd.ToString(), (JsonNode?)spread);
    }));
}
