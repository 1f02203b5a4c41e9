using System.Collections.Immutable;
using FlashDiffusion.Sampling;
using FlashDiffusion.Schedules;

namespace FlashDiffusion.Plugins.Daps;

/// <summary>The noise levels that a sample visits, as training timesteps.</summary>
internal static class AnnealingLevels
{
    private const double Power = 7;
    private const double LowestSigma = 0.1;

    /// <summary>Logarithm of the range 10 to 0.1 that the number of levels counts for.</summary>
    private static readonly double FullRange = Math.Log(100);

    /// <summary>
    /// Timesteps, descending, the first one the start's. Levels of sigma = sqrt((1 - abar)/abar) follow the power rule of EDM from the
    /// start to min(0.1, start/10), each at the timestep nearest to it; levels that meet at one timestep are one. Of a shortened trajectory
    /// the same share of levels is left as of its points, evenly chosen, the first among them, and the last where it is not the only one.
    /// </summary>
    /// <param name="sample">The sample.</param>
    public static ImmutableArray<int> Of(SampleSpec sample)
    {
        var levels = Whole(sample);
        var count = sample.ShareOf(levels.Length);
        return count == levels.Length ? levels : [.. Enumerable.Range(0, count).Select(i => levels[count == 1 ? 0 : i * (levels.Length - 1) / (count - 1)])];
    }

    private static ImmutableArray<int> Whole(SampleSpec sample)
    {
        var schedule = sample.Schedule;
        var largest = Nearest(schedule, sample.Parameters.Number(DapsParameters.LargestSigma));
        var start = Math.Min(ReverseTrajectory.Of(sample)[0].Timestep, largest);
        var high = Sigma(schedule, start);
        var low = Math.Max(Math.Min(LowestSigma, high / 10), Sigma(schedule, 0));
        var count = Math.Max(1, (int)Math.Round(sample.Parameters.Integer(DapsParameters.Levels) * Math.Log(high / low) / FullRange));
        return
        [
            .. Enumerable.Range(0, count)
                .Select(i => i == 0 ? start : Math.Min(start, Nearest(schedule, Between(high, low, i / (count - 1.0)))))
                .Distinct(),
        ];
    }

    /// <summary>sigma of a timestep.</summary>
    public static double Sigma(NoiseSchedule schedule, int timestep)
    {
        var alphaBar = ReverseCoefficients.AlphaBar(schedule, timestep);
        return Math.Sqrt((1 - alphaBar) / alphaBar);
    }

    private static double Between(double high, double low, double share) =>
        Math.Pow(Math.Pow(high, 1 / Power) + (share * (Math.Pow(low, 1 / Power) - Math.Pow(high, 1 / Power))), Power);

    private static int Nearest(NoiseSchedule schedule, double sigma)
    {
        // Sigma grows with the timestep.
        var (below, above) = (0, schedule.Timesteps - 1);
        while (below < above)
        {
            var middle = (below + above) / 2;
            (below, above) = Sigma(schedule, middle) < sigma ? (middle + 1, above) : (below, middle);
        }

        return below > 0 && sigma - Sigma(schedule, below - 1) < Sigma(schedule, below) - sigma ? below - 1 : below;
    }
}
