using FlashDiffusion.Trainer.Statistics;

namespace FlashDiffusion.Trainer.Tests.Statistics;

public class RankCorrelationTests
{
    [Fact]
    public void Spearman_MonotoneCurve_IsOne() =>
        Assert.Equal(1, RankCorrelation.Spearman([1, 2, 3, 4], [1, 10, 11, 1000]), 1e-12);

    [Fact]
    public void Spearman_KnownExample_MatchesTheFormula() =>
        // Without ties: 1 - 6 * sum of squared rank differences / (n (n^2 - 1)) = 1 - 6 * 10 / 120.
        Assert.Equal(0.5, RankCorrelation.Spearman([1, 2, 3, 4, 5], [2, 1, 5, 4, 3]), 1e-12);

    [Fact]
    public void Spearman_Ties_TakeMeanRanks() =>
        // Ranks (0, 1.5, 1.5, 3) against (0, 1, 2, 3): 4.5 / sqrt(4.5 * 5).
        Assert.Equal(Math.Sqrt(0.9), RankCorrelation.Spearman([1, 2, 2, 3], [1, 2, 3, 4]), 1e-12);
}
