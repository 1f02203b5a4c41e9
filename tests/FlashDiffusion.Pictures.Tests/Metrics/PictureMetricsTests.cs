using FlashDiffusion.Pictures.Metrics;

namespace FlashDiffusion.Pictures.Tests.Metrics;

public sealed class PictureMetricsTests
{
    [Fact]
    public void Psnr_UniformError_IsItsLevel()
    {
        var truth = Picture.Filled(8, 8, new Colour(0.5f, 0.5f, 0.5f));
        var off = Picture.Filled(8, 8, new Colour(0.6f, 0.6f, 0.4f));

        Assert.Equal(20, PictureMetrics.Psnr(truth, off), 1e-4);
        Assert.Equal(0.01, PictureMetrics.MeanSquaredError(truth, off), 1e-7);
        Assert.Equal(0.04, PictureMetrics.Nmse(truth, off), 1e-6);
    }

    [Fact]
    public void Psnr_ReconstructionOutOfRange_IsClippedFirst()
    {
        var white = Picture.Filled(8, 8, Colour.White);

        Assert.Equal(double.PositiveInfinity, PictureMetrics.Psnr(white, Picture.Filled(8, 8, new Colour(1.5f, 2, 9))));
    }

    [Fact]
    public void Metrics_OtherSize_Throw() =>
        Assert.Throws<ArgumentException>(() => PictureMetrics.Psnr(TestPictures.Waves(8, 8), TestPictures.Waves(8, 9)));

    [Fact]
    public void Ssim_EqualPictures_IsOne() =>
        Assert.Equal(1, StructuralSimilarity.Ssim(TestPictures.Waves(16, 20), TestPictures.Waves(16, 20)), 1e-12);

    [Theory]
    [InlineData(5, SsimBorder.Full)]
    [InlineData(10, SsimBorder.Cropped)]
    public void Ssim_TooSmall_Throws(int side, SsimBorder border) => Assert.Throws<ArgumentException>(
        () => StructuralSimilarity.Ssim(TestPictures.Waves(side, side), TestPictures.Waves(side, side), border));
}
