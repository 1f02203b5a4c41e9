using System.Collections.Immutable;
using FlashDiffusion.Schedules;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>Few timesteps, spread so that each step changes the logarithm of the signal-to-noise ratio by the same amount. Pure.</summary>
internal static class LogSnrPoints
{
    /// <summary>Distinct timesteps, ascending, that always hold 0 and the start; a single one is the start.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="startTimestep">The last point.</param>
    /// <param name="count">How many, 1 to one more than the start.</param>
    public static ImmutableArray<int> Of(NoiseSchedule schedule, int startTimestep, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(startTimestep);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, startTimestep + 1);
        if (count == 1)
        {
            return [startTimestep];
        }

        var (first, last) = (LogSnr(schedule, 0), LogSnr(schedule, startTimestep));
        var points = new int[count];
        var next = 0;
        for (var k = 0; k < count; k++)
        {
            var target = first + ((last - first) * k / (count - 1));
            while (next < startTimestep && Math.Abs(LogSnr(schedule, next + 1) - target) <= Math.Abs(LogSnr(schedule, next) - target))
            {
                next++;
            }

            // Steps in the logarithm are steepest near 0, where several targets may share an index; those behind must still find room.
            points[k] = Math.Clamp(next, k == 0 ? 0 : points[k - 1] + 1, startTimestep - (count - 1 - k));
        }

        return [.. points];
    }

    private static double LogSnr(NoiseSchedule schedule, int timestep)
    {
        var alphaBar = schedule.ExactAlphasCumprod[timestep];
        return Math.Log(alphaBar / (1 - alphaBar));
    }
}
