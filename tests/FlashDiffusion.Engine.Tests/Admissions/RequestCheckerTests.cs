using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Admissions;

public sealed class RequestCheckerTests
{
    [Fact]
    public void Check_GoodRequest_FindsNothing()
    {
        using var harness = new EngineHarness();
        Assert.Empty(RequestChecker.Check(harness.Request(1)));
    }

    [Fact]
    public void Check_ManyFaults_FindsAllAtOnce()
    {
        using var harness = new EngineHarness();
        var request = harness.Request(1) with
        {
            Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = 1000, Correction = 3, SeverityMultiplier = 0 },
            Sampling = new SamplingSpec(SamplerKind.Ddim, 0),
            Operator = harness.Request(1).Operator! with { NoiseStd = double.NaN },
            Measurement = HostTensor.Picture(new float[3 * 8 * 8], new PictureShape(8, 8)),
        };
        Assert.Equal(
            ["adaptation.correction", "adaptation.severity_multiplier", "adaptation.start_timestep", "measurement", "operator.noise_std", "sampling.ddim_steps"],
            Fields(request));
    }

    [Theory]
    [InlineData(4, 16)]
    [InlineData(16, 4)]
    [InlineData(65, 16)]
    public void Check_PictureOutsideTheLimits_IsRefusedWithThem(int height, int width)
    {
        using var harness = new EngineHarness();
        var violation = Assert.Single(RequestChecker.Check(harness.Request(1, picture: new PictureShape(height, width))));
        Assert.Equal("measurement", violation.Field);
        Assert.Contains("5 to 64", violation.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Check_NotFinite_IsRefused(float value)
    {
        using var harness = new EngineHarness();
        Assert.Equal(["measurement"], Fields(harness.Request(1, fill: value)));
    }

    [Fact]
    public void Check_NoOperatorForASolverThatNeedsOne_IsRefused()
    {
        using var harness = new EngineHarness();
        Assert.Equal(["operator"], Fields(harness.Request(1) with { Operator = null }));
    }

    [Fact]
    public void Check_FixedWithBothOrNeither_IsRefused()
    {
        using var harness = new EngineHarness();
        Assert.Equal(["adaptation"], Fields(harness.Request(1) with { Adaptation = new Adaptation { Mode = AdaptationMode.Fixed } }));
        Assert.Equal(["adaptation"], Fields(harness.Request(1) with { Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = 1, Severity = 1 } }));
    }

    [Theory]
    [InlineData(0, 0, "sampling.ddim_steps")]
    [InlineData(1001, 0, "sampling.ddim_steps")]
    [InlineData(10, 1.5, "sampling.ddim_eta")]
    public void Check_ImpossibleDdim_IsRefused(int steps, double eta, string field)
    {
        using var harness = new EngineHarness();
        Assert.Equal([field], Fields(harness.Request(1) with { Sampling = new SamplingSpec(SamplerKind.Ddim, steps, eta) }));
    }

    [Fact]
    public void Check_SeverityWithoutEncoder_NamesThoseThereAre()
    {
        using var harness = new EngineHarness();
        var reconstruction = harness.Request(1);
        var violation = Assert.Single(RequestChecker.Check(new SeverityRequest
        {
            Model = harness.Served(new FakeSeverityEncoder("gaussian_blur")),
            Operator = reconstruction.Operator!,
            Measurement = reconstruction.Measurement,
            Picture = reconstruction.Picture,
        }));
        Assert.Equal("operator.name", violation.Field);
        Assert.Contains("gaussian_blur", violation.Description, StringComparison.Ordinal);
    }

    private static string[] Fields(ReconstructionRequest request) =>
        [.. RequestChecker.Check(request).Select(violation => violation.Field).Order(StringComparer.Ordinal)];
}
