using FlashDiffusion.Sampling;

namespace FlashDiffusion.Abstractions.Tests.Sampling;

public sealed class ResampleCoefficientsTests
{
    private const double Gamma = 400;

    [Theory]
    [InlineData(ResampleVariance.Flash)]
    [InlineData(ResampleVariance.Resample)]
    public void Of_AMove_FollowsTheEquations(ResampleVariance variance)
    {
        var (now, previous) = (Alpha(401), Alpha(351));
        var (scale, at) = variance == ResampleVariance.Flash ? (now, now) : (1 - now, previous);
        var s = Gamma * (1 - previous) / scale * (1 - (now / previous));

        var coefficients = ResampleCoefficients.Of(Samples.Schedule, 401, 351, Gamma, variance);

        Assert.Equal(s * Math.Sqrt(at) / (s + 1 - at), coefficients.Corrected, 1e-12);
        Assert.Equal((1 - at) / (s + 1 - at), coefficients.Moved, 1e-12);
        Assert.Equal(s * (1 - at) / (s + 1 - at), coefficients.Noise * coefficients.Noise, 1e-12);
    }

    [Fact]
    public void Of_GreatTrust_IsAFreshNoisingOfTheCorrectedLatentWhereTheMoveEnds()
    {
        var coefficients = ResampleCoefficients.Of(Samples.Schedule, 401, 351, 1e9, ResampleVariance.Resample);

        Assert.Equal(Math.Sqrt(Alpha(351)), coefficients.Corrected, 1e-6);
        Assert.Equal(0, coefficients.Moved, 1e-6);
        Assert.Equal(Math.Sqrt(1 - Alpha(351)), coefficients.Noise, 1e-6);
    }

    [Fact]
    public void Of_DdimStride_OfficialTakesThePreviousTrainingTimestep()
    {
        // QUIRKS 4: both numbers. The stride of fifty makes s about thirty-five times as large.
        var standard = ResampleCoefficients.Of(Row(Compatibility.Standard, 401, 351), Gamma, ResampleVariance.Flash);
        var official = ResampleCoefficients.Of(Row(Compatibility.Official, 401, 351), Gamma, ResampleVariance.Flash);

        Assert.Equal(ResampleCoefficients.Of(Samples.Schedule, 401, 351, Gamma, ResampleVariance.Flash), standard);
        Assert.Equal(ResampleCoefficients.Of(Samples.Schedule, 401, 400, Gamma, ResampleVariance.Flash), official);
        Assert.True(standard.Moved < official.Moved / 5);
    }

    [Fact]
    public void Of_TheLastMove_OfficialThrowsTheCorrectionAway()
    {
        // QUIRKS 4: both numbers.
        Assert.Equal(new ResampleCoefficients(1, 0, 0), ResampleCoefficients.Of(Row(Compatibility.Standard, 0, -1), Gamma, ResampleVariance.Flash));
        Assert.Equal(new ResampleCoefficients(0, 1, 0), ResampleCoefficients.Of(Row(Compatibility.Official, 0, -1), Gamma, ResampleVariance.Flash));
    }

    private static StepRow Row(Compatibility compatibility, int timestep, int previous)
    {
        var row = Samples.Row(new SamplingSpec(SamplerKind.Ddim, 20, 1), timestep, previous);
        return row with { Spec = row.Spec with { Compatibility = compatibility } };
    }

    private static double Alpha(int timestep) => ReverseCoefficients.AlphaBar(Samples.Schedule, timestep);
}
