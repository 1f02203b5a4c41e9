using FlashDiffusion.Trainer.Evaluation;

namespace FlashDiffusion.Trainer.Tests.Evaluation;

public sealed class PairedDifferenceTests
{
    [Fact]
    public void Of_SharedCropsOnly_IsTheirMeanWithAnIntervalAroundIt()
    {
        var row = Enumerable.Range(0, 40).ToDictionary(crop => crop, crop => Quality(crop, 20 + (crop % 7) + 0.5 + (crop % 2 * 0.2)));
        var floor = Enumerable.Range(0, 20).ToDictionary(crop => crop, crop => Quality(crop, 20 + (crop % 7)));
        var difference = PairedDifference.Of(row, floor, [.. Enumerable.Range(0, 40).Select(crop => crop / 2)])!;

        Assert.Equal(20, difference.Crops);
        Assert.Equal(0.6, difference.Mean, 1e-9);
        Assert.InRange(difference.Low, 0.49, 0.61);
        Assert.InRange(difference.High, 0.59, 0.71);
    }

    [Fact]
    public void Of_NothingShared_IsNothing() =>
        Assert.Null(PairedDifference.Of(new Dictionary<int, CropQuality> { [0] = Quality(0, 20) }, new Dictionary<int, CropQuality> { [1] = Quality(1, 20) }, [0, 1]));

    private static CropQuality Quality(int crop, double psnr) => new(crop, psnr, 0.5, 5, 0);
}
