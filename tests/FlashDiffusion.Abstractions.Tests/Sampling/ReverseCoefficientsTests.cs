using FlashDiffusion.Sampling;

namespace FlashDiffusion.Abstractions.Tests.Sampling;

public sealed class ReverseCoefficientsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(254)]
    [InlineData(999)]
    public void Ddpm_PerfectPrediction_KeepsTheForwardMarginal(int timestep)
    {
        // With the true z0 and eps, z' must have mean sqrt(abar') z0 and variance 1 - abar'.
        var c = ReverseCoefficients.Ddpm(Samples.Schedule, timestep);
        var alphaBar = ReverseCoefficients.AlphaBar(Samples.Schedule, timestep);
        var previous = ReverseCoefficients.AlphaBar(Samples.Schedule, timestep - 1);

        Assert.Equal(Math.Sqrt(previous), c.Clean + (c.Latent * Math.Sqrt(alphaBar)), 1e-12);
        Assert.Equal(1 - previous, (c.Latent * c.Latent * (1 - alphaBar)) + (c.Noise * c.Noise), 1e-12);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void Ddim_PerfectPrediction_KeepsTheForwardMarginal(double eta)
    {
        var c = ReverseCoefficients.Ddim(Samples.Schedule, 500, 400, eta);
        var previous = ReverseCoefficients.AlphaBar(Samples.Schedule, 400);

        Assert.Equal(Math.Sqrt(previous), c.Clean, 1e-12);
        Assert.Equal(1 - previous, (c.Prediction * c.Prediction) + (c.Noise * c.Noise), 1e-12);
        Assert.Equal(eta == 0, c.Noise == 0);
    }

    [Fact]
    public void Ddim_LastMove_LandsOnThePredictedCleanLatent()
    {
        Assert.Equal(new ReverseCoefficients(1, 0, 0, 0), ReverseCoefficients.Ddim(Samples.Schedule, 3, -1, 1));
        Assert.Equal(0, ReverseCoefficients.Ddpm(Samples.Schedule, 0).Noise);
    }

    [Fact]
    public void Ddim_StrideOneWithEtaOne_IsDdpm()
    {
        var ddim = ReverseCoefficients.Ddim(Samples.Schedule, 300, 299, 1);
        var ddpm = ReverseCoefficients.Ddpm(Samples.Schedule, 300);
        var alphaBar = ReverseCoefficients.AlphaBar(Samples.Schedule, 300);

        // eps = (z_t - sqrt(abar) z0) / sqrt(1 - abar) turns one form into the other.
        Assert.Equal(ddpm.Latent, ddim.Prediction / Math.Sqrt(1 - alphaBar), 1e-9);
        Assert.Equal(ddpm.Clean, ddim.Clean - (ddim.Prediction * Math.Sqrt(alphaBar / (1 - alphaBar))), 1e-9);
        Assert.Equal(ddpm.Noise, ddim.Noise, 1e-9);
    }
}
