using System.Collections.Immutable;
using FlashDiffusion.Schedules;

namespace FlashDiffusion.Sampling;

/// <summary>The timesteps that a sample visits, which follow from its sampler and its start index.</summary>
public static class ReverseTrajectory
{
    /// <summary>
    /// Pairs of (timestep evaluated, timestep moved to), descending. Standard: the start index is the first one evaluated and the last
    /// move goes to -1, the clean latent. Official: one fewer (DDPM) or two fewer (DDIM), and the last DDIM move goes to timestep 0.
    /// </summary>
    /// <param name="sample">The sample.</param>
    /// <returns>The moves in order; empty in official mode for a DDPM start of 0.</returns>
    public static ImmutableArray<(int Timestep, int Previous)> Of(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var official = sample.Compatibility == Compatibility.Official;
        if (sample.Sampling.Kind == SamplerKind.Ddpm)
        {
            var count = official ? OfficialLoop.DdpmSteps(sample.StartIndex) : sample.StartIndex + 1;
            return [.. Enumerable.Range(0, count).Select(i => (count - 1 - i, count - 2 - i))];
        }

        var points = PointsOf(sample);
        var run = official ? OfficialLoop.DdimSteps(sample.StartIndex, points.Length) : sample.StartIndex + 1;
        var last = official ? 0 : -1;
        return [.. Enumerable.Range(0, run).Select(i => run - 1 - i).Select(i => (points[i], i == 0 ? last : points[i - 1]))];
    }

    /// <summary>Training timesteps of the DDIM points that a sample may visit, ascending: its own trajectory, or its sampler's grid.</summary>
    /// <param name="sample">A sample with a DDIM sampler.</param>
    /// <returns>The timesteps.</returns>
    public static ImmutableArray<int> PointsOf(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return sample.Trajectory.IsDefaultOrEmpty ? Grid(sample.Schedule, sample.Sampling, sample.Compatibility).Timesteps : sample.Trajectory;
    }

    /// <summary>The DDIM grid of a sampler over a schedule.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="sampling">A DDIM sampler.</param>
    /// <param name="compatibility">The right grid, or the research code's.</param>
    /// <returns>The grid's tables.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A step count that the schedule (or the research code's rule) does not allow.</exception>
    public static DdimTables Grid(NoiseSchedule schedule, SamplingSpec sampling, Compatibility compatibility)
    {
        ArgumentNullException.ThrowIfNull(sampling);
        return compatibility == Compatibility.Official
            ? DdimTables.Official(schedule, sampling.DdimSteps, sampling.DdimEta)
            : DdimTables.Create(schedule, sampling.DdimSteps, sampling.DdimEta);
    }
}
