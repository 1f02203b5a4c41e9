using System.Collections.Immutable;
using FlashDiffusion.Sampling;
using FlashDiffusion.Schedules;

namespace FlashDiffusion.Engine.Starts;

/// <summary>The indices that a sampler may start from.</summary>
/// <param name="Timesteps">Training timestep of each index, ascending.</param>
/// <param name="SignalToNoise">abar/(1 - abar) of each index, descending.</param>
internal sealed record StartGrid(ImmutableArray<int> Timesteps, ImmutableArray<float> SignalToNoise)
{
    /// <summary>Grid of a sampler.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sampler's step count is not possible on the schedule.</exception>
    public static StartGrid Of(NoiseSchedule schedule, SamplingSpec sampling, Compatibility compatibility)
    {
        if (sampling.Kind == SamplerKind.Ddpm)
        {
            return new StartGrid([.. Enumerable.Range(0, schedule.Timesteps)], schedule.SignalToNoise);
        }

        var tables = ReverseTrajectory.Grid(schedule, sampling, compatibility);
        return new StartGrid(tables.Timesteps, tables.SignalToNoise);
    }

    /// <summary>The start index of pure noise: the last index, or where the research code's loops count down from.</summary>
    public int FullIndex(Compatibility compatibility) => compatibility == Compatibility.Official ? Timesteps.Length : Timesteps.Length - 1;
}
