using FlashDiffusion.Schedules;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

public class NoisePredictionTests
{
    [Theory]
    [InlineData(nameof(Parameterization.CleanLatent))]
    [InlineData(nameof(Parameterization.Velocity))]
    public void ToNoise_PerfectPrediction_GivesTheNoiseBack(string parameterization)
    {
        using var scope = NewDisposeScope();
        var schedule = NoiseSchedule.Create(1000, 0.0015, 0.0195);
        var kind = Enum.Parse<Parameterization>(parameterization);
        var t = tensor(new long[] { 100, 900 });
        var (clean, noise) = (arange(32, ScalarType.Float32).sin().view(2, 1, 4, 4), arange(32, ScalarType.Float32).mul(1.3).cos().view(2, 1, 4, 4));
        var signalWeight = tensor(NoiseSchedule.Gather(schedule.SqrtAlphasCumprod, [100, 900])).view(2, 1, 1, 1);
        var noiseWeight = tensor(NoiseSchedule.Gather(schedule.SqrtOneMinusAlphasCumprod, [100, 900])).view(2, 1, 1, 1);
        var noisy = (signalWeight * clean) + (noiseWeight * noise);
        var predicted = kind == Parameterization.CleanLatent ? clean : (signalWeight * noise) - (noiseWeight * clean);

        var epsilon = new NoisePrediction(kind, schedule).ToNoise(predicted.clone(), noisy, t);

        GoldenAssert.RelativeL2("epsilon", noise, epsilon, 1e-5);
    }
}
