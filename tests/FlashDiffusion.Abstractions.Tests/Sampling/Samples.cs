using FlashDiffusion.Noise;
using FlashDiffusion.Schedules;

namespace FlashDiffusion.Abstractions.Tests.Sampling;

/// <summary>Samples for tests of the reverse process.</summary>
internal static class Samples
{
    public static NoiseSchedule Schedule { get; } = NoiseSchedule.Create(1000, 0.0015, 0.0195);

    public static SampleSpec Spec(SamplingSpec sampling, int startIndex, Compatibility compatibility = Compatibility.Standard) => new()
    {
        Schedule = Schedule,
        Latent = new LatentShape(4, 2, 2),
        Picture = new PictureShape(8, 8),
        Sampling = sampling,
        StartIndex = startIndex,
        Parameters = ParameterSet.Empty,
        Compatibility = compatibility,
    };

    public static StepRow Row(SamplingSpec sampling, int timestep, int previous, ulong seed = 1) =>
        new(Spec(sampling, timestep), new PlannedStep(timestep, previous, "plain", new StepCost(1)), 0, new CounterNoise(seed));
}
