using FlashDiffusion.Trainer.Statistics;

namespace FlashDiffusion.Trainer.Tests.Statistics;

public class ClusterBootstrapTests
{
    [Fact]
    public void Interval95_IndependentClusters_HasTheWidthOfTheStandardError()
    {
        // 100 clusters of one value each, half 0, half 1: standard error 0.05.
        var values = Enumerable.Range(0, 100).Select(i => (double)(i % 2)).ToArray();
        var (low, high) = ClusterBootstrap.Interval95(values, [.. Enumerable.Range(0, 100)], 7);
        Assert.InRange(low, 0.38, 0.42);
        Assert.InRange(high, 0.58, 0.62);
    }

    [Fact]
    public void Interval95_RepeatedCropsOfAPicture_DoNotNarrowIt()
    {
        var values = Enumerable.Range(0, 100).Select(i => (double)(i % 2)).ToArray();
        var repeated = values.SelectMany(value => Enumerable.Repeat(value, 10)).ToArray();
        var clusters = Enumerable.Range(0, 100).SelectMany(i => Enumerable.Repeat(i, 10)).ToArray();
        var single = ClusterBootstrap.Interval95(values, [.. Enumerable.Range(0, 100)], 7);
        var many = ClusterBootstrap.Interval95(repeated, clusters, 7);
        Assert.Equal(single.High - single.Low, many.High - many.Low, 1e-9);
    }
}
