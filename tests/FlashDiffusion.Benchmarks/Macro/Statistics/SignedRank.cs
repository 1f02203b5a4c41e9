using System.Text.Json.Nodes;

namespace FlashDiffusion.Benchmarks.Macro.Statistics;

/// <summary>
/// The middle of values that spread evenly to both sides of it, but for a few that have nothing to do with the others: Hodges and Lehmann's estimate, the
/// median of the means of all pairs, with the interval of Wilcoxon's signed ranks. A value counts by its rank only, however far away it is.
/// </summary>
/// <param name="Middle">The estimate.</param>
/// <param name="Low">Lower end of its interval: 95 % or just above, the whole range of the values for fewer than six.</param>
/// <param name="High">Upper end.</param>
/// <param name="Count">Values.</param>
internal readonly record struct SignedRank(double Middle, double Low, double High, int Count)
{
    private const double Outside = 0.05;

    /// <summary>Of values, at least one.</summary>
    public static SignedRank Of(IReadOnlyList<double> values)
    {
        double[] means = [.. values.SelectMany((first, i) => values.Skip(i).Select(second => (first + second) / 2)).Order()];
        var cut = Math.Max(0, Critical(values.Count));
        return new SignedRank(Quantiles.OfSorted(means, 0.5), means[cut], means[^(cut + 1)], values.Count);
    }

    /// <summary>Largest sum of ranks that so many values of either sign reach, or fall below, by chance in 2.5 % of cases or fewer; -1 if there is none.</summary>
    public static int Critical(int count)
    {
        // In how many of the 2^n choices of signs the positive ranks add up to each sum.
        var ways = new double[(count * (count + 1) / 2) + 1];
        ways[0] = 1;
        for (var rank = 1; rank <= count; rank++)
        {
            for (var sum = ways.Length - 1; sum >= rank; sum--)
            {
                ways[sum] += ways[sum - rank];
            }
        }

        var (critical, below) = (-1, 0.0);
        while (2 * (below + ways[critical + 1]) <= Outside * Math.Pow(2, count))
        {
            below += ways[++critical];
        }

        return critical;
    }

    public JsonObject ToJson() => new() { ["middle"] = Middle, ["low_95"] = Low, ["high_95"] = High, ["count"] = Count };
}
