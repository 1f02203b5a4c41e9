using System.Text.Json.Nodes;

namespace FlashDiffusion.Benchmarks.Macro.Statistics;

/// <summary>A figure of all that was measured in several rounds.</summary>
/// <param name="Value">The figure of all rounds as one.</param>
/// <param name="StandardError">How far it would move with other rounds (<see cref="Bootstrap"/>).</param>
/// <param name="OfRounds">The figure of each round by itself.</param>
internal readonly record struct Pooled(double Value, double StandardError, Spread OfRounds)
{
    /// <summary>Of rounds, at least one.</summary>
    /// <typeparam name="TRound">What was measured in a round.</typeparam>
    /// <param name="rounds">The rounds.</param>
    /// <param name="figure">The figure of any of them as one.</param>
    public static Pooled Of<TRound>(IReadOnlyList<TRound> rounds, Func<IReadOnlyList<TRound>, double> figure) =>
        new(figure(rounds), Bootstrap.Error(rounds, figure), Spread.Of(rounds.Select(round => figure([round]))));

    public JsonObject ToJson() => new() { ["pooled"] = Value, ["standard_error"] = StandardError, ["of_rounds"] = OfRounds.ToJson() };
}
