namespace FlashDiffusion.Benchmarks.Macro.Statistics;

/// <summary>Quantiles of what a histogram counted between two moments, as Prometheus takes them: evenly spread within a bucket.</summary>
internal sealed class BucketedQuantiles
{
    private readonly (double End, double Count)[] _cumulative;

    /// <param name="before">Cumulative counts by the upper ends of buckets at the first moment; empty for none.</param>
    /// <param name="after">The same at the second one.</param>
    public BucketedQuantiles(SortedDictionary<double, double> before, SortedDictionary<double, double> after) =>
        _cumulative = [.. after.Select(bucket => (bucket.Key, bucket.Value - before.GetValueOrDefault(bucket.Key)))];

    /// <summary>What was counted.</summary>
    public double Count => _cumulative.Length == 0 ? 0 : _cumulative[^1].Count;

    /// <summary>A quantile; beyond the last finite end that end.</summary>
    /// <param name="share">0 to 1.</param>
    public double Of(double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Count);
        var (begin, below) = (0.0, 0.0);
        foreach (var (end, count) in _cumulative)
        {
            if (count >= share * Count && count > below)
            {
                return double.IsInfinity(end) ? begin : begin + ((end - begin) * ((share * Count) - below) / (count - below));
            }

            (begin, below) = (end, count);
        }

        return begin;
    }
}
