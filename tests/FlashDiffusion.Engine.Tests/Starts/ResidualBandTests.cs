using FlashDiffusion.Engine.Starts;
using FlashDiffusion.Noise;

namespace FlashDiffusion.Engine.Tests.Starts;

public sealed class ResidualBandTests
{
    [Fact]
    public void Contains_NoiseOfTheTruePicture_Always()
    {
        const int Measurements = 3 * 64 * 64;
        var band = ResidualBand.Of(Measurements, 768, 0.1, 0, 1);
        var noise = new float[Measurements];
        for (ulong seed = 0; seed < 100; seed++)
        {
            new CounterNoise(seed).FillNormal(NoisePurpose.Degrade, 0, 0, noise);
            Assert.True(band.Contains(noise.Sum(value => (double)value * value) / Measurements), $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.5)]
    public void Contains_NoiseOfAnotherStrength_NotWithAPerfectModel(double residual) =>
        Assert.False(ResidualBand.Of(3 * 64 * 64, 768, 0.1, 0, 1).Contains(residual));

    [Fact]
    public void Of_ModelThatErrs_IsWiderAboveOnly()
    {
        var perfect = ResidualBand.Of(12288, 768, 0.1, 0, 1);
        var erring = ResidualBand.Of(12288, 768, 0.1, 0.2, 1);
        Assert.Equal(perfect.Lowest, erring.Lowest);
        Assert.Equal(4, erring.Highest - perfect.Highest, 1e-9);
    }

    [Fact]
    public void Of_OperatorThatHidesDetail_IsNarrower()
    {
        var identity = ResidualBand.Of(12288, 768, 0.1, 0.26, 1);
        var blur = ResidualBand.Of(12288, 768, 0.1, 0.26, 0.08);
        Assert.Equal(0.92 * 6.76, identity.Highest - blur.Highest, 1e-9);
        Assert.Equal(blur.Lowest, identity.Lowest);
    }

    [Fact]
    public void Of_FewerMeasurementsThanLatentDimensions_HasNoLowerEnd() =>
        Assert.Equal(0, ResidualBand.Of(768, 768, 0.1, 0, 1).Lowest);

    [Fact]
    public void Contains_NaN_No() => Assert.False(ResidualBand.Of(768, 768, 0.1, 0, 1).Contains(double.NaN));
}
