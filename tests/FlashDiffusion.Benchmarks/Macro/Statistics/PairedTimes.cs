using System.Collections.Immutable;

namespace FlashDiffusion.Benchmarks.Macro.Statistics;

/// <summary>Times of the same work under two conditions, measured in turns in one round.</summary>
/// <param name="Under">Times under the condition that is looked at, in seconds.</param>
/// <param name="Without">Times without it.</param>
internal sealed record PairedTimes(ImmutableArray<double> Under, ImmutableArray<double> Without)
{
    /// <summary>A quantile of all times under the condition over that of all times without it.</summary>
    public static double Ratio(IReadOnlyList<PairedTimes> rounds, double share) =>
        Quantiles.Of(rounds.SelectMany(round => round.Under), share) / Quantiles.Of(rounds.SelectMany(round => round.Without), share);

    /// <summary>Times over the mean of the round: what a slow minute does to a whole round is out of them.</summary>
    public PairedTimes Level()
    {
        var level = Under.Concat(Without).Average();
        return new PairedTimes([.. Under.Select(seconds => seconds / level)], [.. Without.Select(seconds => seconds / level)]);
    }
}
