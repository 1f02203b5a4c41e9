using FlashDiffusion.Benchmarks.Macro.Statistics;

namespace FlashDiffusion.Benchmarks.Tests.Statistics;

public sealed class BucketedQuantilesTests
{
    private static readonly SortedDictionary<double, double> Before = new() { [0.1] = 5, [0.2] = 5, [0.4] = 5, [double.PositiveInfinity] = 5 };
    private static readonly SortedDictionary<double, double> After = new() { [0.1] = 5, [0.2] = 13, [0.4] = 14, [double.PositiveInfinity] = 15 };

    [Theory]
    [InlineData(0.4, 0.15)]
    [InlineData(0.8, 0.2)]
    [InlineData(0.85, 0.3)]
    [InlineData(0.99, 0.4)]
    public void Of_LiesEvenlyWithinItsBucket(double share, double value) => Assert.Equal(value, new BucketedQuantiles(Before, After).Of(share), 1e-9);

    [Fact]
    public void Count_IsWhatCameBetween() => Assert.Equal(10, new BucketedQuantiles(Before, After).Count);

    [Fact]
    public void Of_Nothing_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new BucketedQuantiles([], []).Of(0.5));
}
