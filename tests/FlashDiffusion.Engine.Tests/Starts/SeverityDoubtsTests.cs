using System.Collections.Immutable;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Starts;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Starts;

public sealed class SeverityDoubtsTests
{
    private static readonly FakeSeverityEncoder Encoder = new("gain")
    {
        TrainedRanges = new Dictionary<string, ParameterRange> { ["std"] = new(0.3, 3), ["noise_std"] = new(0.05, 0.05) },
        TrainedChoices = new Dictionary<string, ImmutableArray<string>> { ["mask_type"] = ["random"] },
    };

    [Fact]
    public void Of_WithinTraining_NoDoubt()
    {
        Assert.Empty(Doubts(std: 3, mask: "random", noise: 0.1));
    }

    [Theory]
    [InlineData(3.01, "random", 0.1, "std")]
    [InlineData(1, "box", 0.1, "mask_type")]
    [InlineData(1, "random", 0.2, "noise_std")]
    public void Of_OutsideTraining_SaysWhichParameter(double std, string mask, double noise, string named)
    {
        var doubt = Assert.Single(Doubts(std, mask, noise));

        Assert.Equal("SEVERITY_OUT_OF_RANGE", doubt.Code);
        Assert.Contains($"trained on {named} ", doubt.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.6)]
    [InlineData(double.NaN)]
    public void Of_ResidualOutsideItsBand_IsContradicted(double residual)
    {
        var doubts = SeverityDoubts.Of(new SeverityLook(0.2f, residual), Request(1, "random", 0.1), Encoder, new ResidualBand(0.8, 1.5));

        Assert.Equal("SEVERITY_CONTRADICTED", Assert.Single(doubts).Code);
    }

    private static IEnumerable<Notice> Doubts(double std, string mask, double noise) =>
        SeverityDoubts.Of(new SeverityLook(0.2f, 1), Request(std, mask, noise), Encoder, new ResidualBand(0.8, 1.5));

    private static OperatorRequest Request(double std, string mask, double noise)
    {
        var set = ParameterSet.Resolve(
            [ParameterDescriptor.Number("std", null, 0.1, 10, "Std."), ParameterDescriptor.Choice("mask_type", "Mask.", "random", "box", "user")],
            new Dictionary<string, ParameterValue> { ["std"] = ParameterValue.Of(std), ["mask_type"] = ParameterValue.Of(mask) },
            "parameters",
            []);
        return new OperatorRequest(new FakeOperatorFamily(), new OperatorSpec("gain", set), noise);
    }
}
