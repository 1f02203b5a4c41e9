using FlashDiffusion.Trainer.Statistics;

namespace FlashDiffusion.Trainer.Tests.Statistics;

public class OrderingAccuracyTests
{
    [Fact]
    public void Of_OneSwap_LosesOnePair() => Assert.Equal(5.0 / 6, OrderingAccuracy.Of([1, 3, 2, 4]), 1e-12);

    [Fact]
    public void Of_EqualSeverities_CountAsRight() => Assert.Equal(1, OrderingAccuracy.Of([2, 2, 2]), 1e-12);
}
