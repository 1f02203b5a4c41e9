using FlashDiffusion.Trainer.Randomness;

namespace FlashDiffusion.Trainer.Statistics;

/// <summary>
/// Percentile confidence intervals of a mean by resampling whole pictures: crops of one picture are not independent, so
/// resampling crops would make intervals too narrow.
/// </summary>
internal static class ClusterBootstrap
{
    private const int Resamples = 4000;

    /// <param name="values">One value a crop (for comparisons: the paired difference).</param>
    /// <param name="clusters">The picture that each crop was cut from.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <returns>Bounds of the central 95 %.</returns>
    public static (double Low, double High) Interval95(IReadOnlyList<double> values, IReadOnlyList<int> clusters, long seed)
    {
        var groups = values.Zip(clusters).GroupBy(pair => pair.Second)
            .Select(group => (Sum: group.Sum(pair => pair.First), Count: group.Count())).ToArray();
        var means = new double[Resamples];
        for (var resample = 0; resample < Resamples; resample++)
        {
            var random = new StepRandom(seed, resample);
            double sum = 0;
            var count = 0;
            for (var draw = 0; draw < groups.Length; draw++)
            {
                var group = groups[random.NextInt(groups.Length)];
                sum += group.Sum;
                count += group.Count;
            }

            means[resample] = sum / count;
        }

        Array.Sort(means);
        return (Quantile(means, 0.025), Quantile(means, 0.975));
    }

    private static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var low = (int)position;
        var high = Math.Min(low + 1, sorted.Length - 1);
        return sorted[low] + ((position - low) * (sorted[high] - sorted[low]));
    }
}
