using System.Collections.Immutable;
using FlashDiffusion.Benchmarks.Macro.Statistics;

namespace FlashDiffusion.Benchmarks.Macro.Classes;

/// <summary>Windows in which a picture of the highest class meets each kind of crowd, in turn.</summary>
/// <param name="Windows">Its pictures in each.</param>
internal sealed record ClassRound(IReadOnlyDictionary<Crowd, ImmutableArray<PrivilegedPicture>> Windows)
{
    /// <summary>Median time in a crowd over that in another one.</summary>
    public static double Ratio(IReadOnlyList<ClassRound> rounds, Crowd crowd, Crowd against) => Seconds(rounds, crowd) / Seconds(rounds, against);

    /// <summary>Median time in a crowd.</summary>
    public static double Seconds(IReadOnlyList<ClassRound> rounds, Crowd crowd) => Quantiles.Of(All(rounds, crowd).Select(picture => picture.Seconds), 0.5);

    /// <summary>All pictures in a crowd.</summary>
    public static IEnumerable<PrivilegedPicture> All(IEnumerable<ClassRound> rounds, Crowd crowd) => rounds.SelectMany(round => round.Windows[crowd]);
}
