namespace FlashDiffusion.Benchmarks.Macro.Statistics;

/// <summary>Quantiles, linear between neighbours.</summary>
internal static class Quantiles
{
    /// <summary>Of any values, at least one.</summary>
    public static double Of(IEnumerable<double> values, double share) => OfSorted([.. values.Order()], share);

    /// <summary>Of ascending values.</summary>
    public static double OfSorted(IReadOnlyList<double> sorted, double share)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Count);
        var place = share * (sorted.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
