using FlashDiffusion.Benchmarks.Macro.Statistics;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>Windows beside each kind of neighbour, in turn.</summary>
/// <param name="Windows">What was measured in each, by neighbour.</param>
internal sealed record FloodRound(IReadOnlyDictionary<Neighbour, FloodMeasured> Windows)
{
    /// <summary>A quantile of all pictures of rounds, beside a kind of neighbour, in seconds.</summary>
    public static double Quantile(IEnumerable<FloodRound> rounds, Neighbour neighbour, double share) =>
        Quantiles.Of(rounds.SelectMany(round => round.Windows[neighbour].Seconds), share);

    /// <summary>The same beside a flood over that beside another neighbour.</summary>
    public static double Ratio(IReadOnlyList<FloodRound> rounds, Neighbour against, double share) =>
        Quantile(rounds, Neighbour.Floods, share) / Quantile(rounds, against, share);

    /// <summary>Times over the mean of the round: what a slow minute does to a whole round is out of them.</summary>
    public FloodRound Level()
    {
        var level = Windows.Values.SelectMany(window => window.Seconds).Average();
        return new FloodRound(Windows.ToDictionary(pair => pair.Key, pair => pair.Value with { Seconds = [.. pair.Value.Seconds.Select(seconds => seconds / level)] }));
    }
}
