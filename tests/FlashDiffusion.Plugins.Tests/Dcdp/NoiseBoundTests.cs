using FlashDiffusion.Plugins.Dcdp;
using FlashDiffusion.Plugins.Tests.Analytic;

namespace FlashDiffusion.Plugins.Tests.Dcdp;

public sealed class NoiseBoundTests
{
    // Quantiles of chi-squared from published tables.
    [Theory]
    [InlineData(10, 0.5, 9.342)]
    [InlineData(10, 0.95, 18.307)]
    [InlineData(100, 0.05, 77.929)]
    public void Radius_IsTheRootOfTheQuantile(int count, double probability, double quantile) =>
        Assert.Equal(0.3 * Math.Sqrt(quantile), NoiseBound.Radius(Sample(count, 0.3), probability), 0.005);

    [Fact]
    public void Stop_IsTwoDeviationsAboveTheMean() => Assert.Equal(200 * 0.01 * 1.2, NoiseBound.Stop(Sample(200, 0.1)), 1e-9);

    [Fact]
    public void Stop_WithoutNoise_NeverStops() => Assert.Equal(0, NoiseBound.Stop(Sample(200, 0)));

    private static SampleSpec Sample(int count, double std)
    {
        var sample = SolverBench.Spec(new GaussianModel(1), new DcdpSolver(), 10, std);
        return sample with { OperatorPlan = sample.OperatorPlan! with { MeasurementCount = count } };
    }
}
