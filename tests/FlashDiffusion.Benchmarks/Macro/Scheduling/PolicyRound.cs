using System.Collections.Immutable;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>Times from request to result of the same requests under three policies.</summary>
/// <param name="Steps">Steps of each request.</param>
/// <param name="FirstCome">Seconds under first come.</param>
/// <param name="Shortest">Seconds under shortest remaining without ageing.</param>
/// <param name="Aged">Seconds under shortest remaining with ageing.</param>
internal sealed record PolicyRound(IReadOnlyList<int> Steps, IReadOnlyList<double> FirstCome, IReadOnlyList<double> Shortest, IReadOnlyList<double> Aged)
{
    /// <summary>The figures by their names.</summary>
    public static ImmutableArray<(string Name, Func<PolicyRound, double> Of)> All { get; } =
    [
        ("shortest_remaining_p50_gain", round => round.ShortestGain), ("aged_mild_p50_gain", round => round.AgedMildGain), ("aged_p99_ratio", round => round.AgedLongestRatio),
    ];

    /// <summary>Median of first come over that of shortest remaining.</summary>
    public double ShortestGain => Quantiles.Of(FirstCome, 0.5) / Quantiles.Of(Shortest, 0.5);

    /// <summary>The same with ageing, of the half with fewer steps.</summary>
    public double AgedMildGain => Quantiles.Of(Mild(FirstCome), 0.5) / Quantiles.Of(Mild(Aged), 0.5);

    /// <summary>99th percentile with ageing over that of first come.</summary>
    public double AgedLongestRatio => Quantiles.Of(Aged, 0.99) / Quantiles.Of(FirstCome, 0.99);

    /// <summary>Several rounds as one.</summary>
    public static PolicyRound Join(IReadOnlyCollection<PolicyRound> rounds) => new(
        [.. rounds.SelectMany(round => round.Steps)],
        [.. rounds.SelectMany(round => round.FirstCome)],
        [.. rounds.SelectMany(round => round.Shortest)],
        [.. rounds.SelectMany(round => round.Aged)]);

    /// <summary>Times over the mean of all three: what a slow minute does to a whole round is out of them.</summary>
    public PolicyRound Level()
    {
        var level = FirstCome.Concat(Shortest).Concat(Aged).Average();
        return this with { FirstCome = Over(FirstCome), Shortest = Over(Shortest), Aged = Over(Aged) };

        double[] Over(IReadOnlyList<double> seconds) => [.. seconds.Select(one => one / level)];
    }

    /// <summary>A quantile of all rounds under each policy, in seconds.</summary>
    public static JsonObject Quantile(IReadOnlyList<PolicyRound> rounds, double share)
    {
        return new JsonObject { ["first_come"] = Of(round => round.FirstCome), ["shortest_remaining"] = Of(round => round.Shortest), ["aged"] = Of(round => round.Aged) };

        JsonObject Of(Func<PolicyRound, IReadOnlyList<double>> seconds) => Pooled.Of(rounds, some => Quantiles.Of(some.SelectMany(seconds), share)).ToJson();
    }

    /// <summary>All figures.</summary>
    public JsonObject Figures() => new(All.Select(figure => KeyValuePair.Create(figure.Name, (JsonNode?)figure.Of(this))));

    private IEnumerable<double> Mild(IReadOnlyList<double> seconds)
    {
        var middle = Quantiles.Of(Steps.Select(steps => (double)steps), 0.5);
        return seconds.Where((_, i) => Steps[i] <= middle);
    }
}
