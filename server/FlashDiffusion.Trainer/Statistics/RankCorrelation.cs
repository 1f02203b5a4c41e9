namespace FlashDiffusion.Trainer.Statistics;

/// <summary>Spearman's rank correlation, ties by mean rank.</summary>
internal static class RankCorrelation
{
    /// <returns>-1 to 1; NaN when one side is constant.</returns>
    public static double Spearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Pearson(Ranks(x), Ranks(y));

    private static double Pearson(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        double xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var (dx, dy) = (x[i] - meanX, y[i] - meanY);
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }

        return xy / Math.Sqrt(xx * yy);
    }

    private static double[] Ranks(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        var order = Enumerable.Range(0, sorted.Length).ToArray();
        Array.Sort(sorted, order);
        var ranks = new double[order.Length];
        for (var i = 0; i < order.Length;)
        {
            var end = i + 1;
            while (end < order.Length && sorted[end].Equals(sorted[i]))
            {
                end++;
            }

            for (var k = i; k < end; k++)
            {
                ranks[order[k]] = (i + end - 1) / 2.0;
            }

            i = end;
        }

        return ranks;
    }
}
