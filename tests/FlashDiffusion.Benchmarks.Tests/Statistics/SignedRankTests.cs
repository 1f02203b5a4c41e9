using FlashDiffusion.Benchmarks.Macro.Statistics;

namespace FlashDiffusion.Benchmarks.Tests.Statistics;

public sealed class SignedRankTests
{
    // Printed tables, two-sided, 5 %.
    [Theory]
    [InlineData(5, -1)]
    [InlineData(6, 0)]
    [InlineData(7, 2)]
    [InlineData(10, 8)]
    [InlineData(15, 25)]
    [InlineData(20, 52)]
    [InlineData(25, 89)]
    public void Critical_IsThatOfTheTables(int count, int critical) => Assert.Equal(critical, SignedRank.Critical(count));

    [Fact]
    public void Of_ValueFarAway_CountsByItsRank()
    {
        double[] values = [.. Enumerable.Range(1, 14).Select(value => (double)value)];

        var far = SignedRank.Of([.. values, 15]);
        var farther = SignedRank.Of([.. values, 1e9]);

        Assert.Equal(8, far.Middle);
        Assert.InRange(farther.Middle, 8, 8.5);
        Assert.Equal(far.Low, farther.Low);
    }

    [Fact]
    public void Of_FewValues_HasTheirWholeRange()
    {
        var few = SignedRank.Of([3, 1, 2]);

        Assert.Equal((2, 1, 3), (few.Middle, few.Low, few.High));
    }
}
