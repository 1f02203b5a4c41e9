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

    /// <summary>A quantile under each policy.</summary>
    public JsonObject Quantile(double share) => new()
    {
        ["first_come"] = Quantiles.Of(FirstCome, share),
        ["shortest_remaining"] = Quantiles.Of(Shortest, share),
        ["aged"] = Quantiles.Of(Aged, share),
    };

    private IEnumerable<double> Mild(IReadOnlyList<double> seconds)
    {
        var middle = Quantiles.Of(Steps.Select(steps => (double)steps), 0.5);
        return seconds.Where((_, i) => Steps[i] <= middle);
    }
}
