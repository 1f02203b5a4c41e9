using FlashDiffusion.Cli;
using FlashDiffusion.Cli.Demo;
using FlashDiffusion.V1;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class DamageLevelTests
{
    [Theory]
    [InlineData(0.0, 0.3)]
    [InlineData(1.0, 3.0)]
    [InlineData(null, 1.65)]
    public void Apply_Level_PlacesItInTheTrainedRange(double? level, double expected)
    {
        var forward = new ForwardOperator { Name = "gaussian_blur" };

        DamageLevel.Apply(forward, level, Model());

        Assert.Equal(expected, forward.Parameters["std"].Number, 12);
        Assert.Equal(0.05, forward.NoiseStd);
    }

    [Theory]
    [InlineData(NoiseRange.Unspecified, 0.05)]
    [InlineData(NoiseRange.Unit, 0.05)]
    [InlineData(NoiseRange.Signed, 0.1)]
    public void Apply_NoiseRange_IsTheSameNoiseOnEither(NoiseRange range, double expected)
    {
        var forward = new ForwardOperator { Name = "gaussian_blur", NoiseRange = range };

        DamageLevel.Apply(forward, 1, Model());

        Assert.Equal((range, expected), (forward.NoiseRange, forward.NoiseStd));
    }

    [Fact]
    public void Apply_ParametersOfTheUser_StayAsTheyAre()
    {
        var forward = new ForwardOperator { Name = "gaussian_blur", NoiseStd = 0.2 };
        forward.Parameters["std"] = new ParameterValue { Number = 9 };

        DamageLevel.Apply(forward, 0.5, Model());

        Assert.Equal((9, 0.2), (forward.Parameters["std"].Number, forward.NoiseStd));
    }

    [Fact]
    public void Apply_UntrainedOperator_LeavesTheDefaultsUnlessALevelIsAskedFor()
    {
        var forward = new ForwardOperator { Name = "super_resolution" };

        DamageLevel.Apply(forward, null, Model());

        Assert.Empty(forward.Parameters);
        Assert.Throws<CliException>(() => DamageLevel.Apply(forward, 0.5, Model()));
    }

    private static Model Model()
    {
        var encoder = new SeverityEncoder { Operator = "gaussian_blur" };
        encoder.TrainedRanges.Add(new TrainedRange { Parameter = "std", Minimum = 0.3, Maximum = 3 });
        encoder.TrainedRanges.Add(new TrainedRange { Parameter = "noise_std", Minimum = 0.05, Maximum = 0.05 });
        return new Model { Name = "starter", SeverityEncoders = { encoder } };
    }
}
