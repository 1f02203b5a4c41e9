using System.Collections.Immutable;
using FlashDiffusion.Benchmarks.Macro.Statistics;

namespace FlashDiffusion.Benchmarks.Macro.Cancels;

/// <summary>Cancellations of about a minute.</summary>
/// <param name="Seconds">Time of each until its place was free, as the client saw it.</param>
/// <param name="StepSeconds">Mean time of a step meanwhile, as the server counted it.</param>
internal sealed record CancelRound(ImmutableArray<double> Seconds, double StepSeconds)
{
    /// <summary>A quantile of all of them, in seconds.</summary>
    public static double Quantile(IEnumerable<CancelRound> rounds, double share) => Quantiles.Of(rounds.SelectMany(round => round.Seconds), share);

    /// <summary>The same, each over the mean step of its round.</summary>
    public static double QuantileInSteps(IEnumerable<CancelRound> rounds, double share) => Quantiles.Of(rounds.SelectMany(round => round.Seconds.Select(seconds => seconds / round.StepSeconds)), share);
}
