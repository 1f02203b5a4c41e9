using FlashDiffusion.Cli.Commands;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.V1;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class LinesTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1e-9, "1e-9")]
    [InlineData(1.23456e-5, "1.235e-5")]
    [InlineData(-0.00025, "-2.5e-4")]
    [InlineData(0.0005, "0.0005")]
    [InlineData(0.0123456, "0.0123")]
    [InlineData(1.6, "1.6")]
    [InlineData(1_000_000, "1000000")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    public void Number_OfAnySize_IsNeverShownAsNothing(double value, string expected) => Assert.Equal(expected, Lines.Number(value));

    [Fact]
    public void Parameters_WithSmallNumbers_ShowWhatTheServerTakes()
    {
        var stepSize = new ParameterDescriptor
        {
            Name = "step_size", Kind = ParameterKind.Number, Minimum = 1e-9, Maximum = 1, DefaultValue = new ParameterValue { Number = 1e-5 }, Description = "How far.",
        };

        Assert.Equal("step_size: 1e-9..1, default 1e-5. How far.", CatalogTable.Parameters([stepSize]));
    }

    [Fact]
    public void Describe_OperatorWithLittleNoise_SaysIt()
    {
        var forward = new ForwardOperator { Name = "denoising", NoiseStd = 2e-5 };

        Assert.Equal("denoising noise_std=2e-5", Lines.Describe(forward));
    }
}
