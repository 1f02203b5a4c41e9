using System.Collections.Immutable;

namespace FlashDiffusion.Schedules;

/// <summary>
/// Coefficients of DDIM steps over a sub-grid of the training timesteps, ascending, one entry a grid point k
/// (Song et al. 2021, equations 12 and 16):
/// z' = sqrt(<see cref="AlphasPrev"/>) z_0 + sqrt(1 - <see cref="AlphasPrev"/> - <see cref="Sigmas"/>^2) eps + <see cref="Sigmas"/> xi.
/// </summary>
public sealed class DdimTables
{
    private DdimTables(NoiseSchedule schedule, int[] timesteps, double eta, float alphaAtEnd)
    {
        int n = timesteps.Length;
        float[] alphas = NoiseSchedule.Gather(schedule.AlphasCumprod, timesteps);
        float[] previous = [alphaAtEnd, .. alphas[..^1]];
        float[] sigmas = new float[n];
        for (int k = 0; k < n; k++)
        {
            double ratio = (1.0 - previous[k]) / (1f - alphas[k]) * (1 - ((double)alphas[k] / previous[k]));
            sigmas[k] = (float)(eta * Math.Sqrt(ratio));
        }

        Eta = eta;
        Timesteps = [.. timesteps];
        Alphas = [.. alphas];
        AlphasPrev = [.. previous];
        Sigmas = [.. sigmas];
        SqrtOneMinusAlphas = [.. alphas.Select(a => MathF.Sqrt(1f - a))];
        SignalToNoise = [.. alphas.Select(a => a / (1f - a))];
    }

    /// <summary>Stochasticity: 0 is deterministic, 1 has the variance of DDPM.</summary>
    public double Eta { get; }

    /// <summary>Training timesteps of the grid, strictly ascending.</summary>
    public ImmutableArray<int> Timesteps { get; }

    /// <summary>abar at each grid point.</summary>
    public ImmutableArray<float> Alphas { get; }

    /// <summary>abar at the grid point below; at the lowest one 1 (the clean latent), in official tables abar_0.</summary>
    public ImmutableArray<float> AlphasPrev { get; }

    /// <summary>Standard deviation of the noise added by each step.</summary>
    public ImmutableArray<float> Sigmas { get; }

    /// <summary>sqrt(1 - abar) at each grid point.</summary>
    public ImmutableArray<float> SqrtOneMinusAlphas { get; }

    /// <summary>abar/(1 - abar) at each grid point, descending.</summary>
    public ImmutableArray<float> SignalToNoise { get; }

    /// <summary>
    /// <paramref name="steps"/> distinct timesteps spread evenly from 0 to the last one, both included; one step alone stands at the last.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Steps outside 1..timesteps, or eta outside 0..1.</exception>
    public static DdimTables Create(NoiseSchedule schedule, int steps, double eta)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return FromStart(schedule, schedule.Timesteps - 1, steps, eta);
    }

    /// <summary>
    /// <paramref name="steps"/> distinct timesteps spread evenly from 0 to <paramref name="startTimestep"/>, both included:
    /// a shorter trajectory from a known start. One step alone stands at the start.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A start outside the schedule, steps outside 1..start + 1, or eta outside 0..1.</exception>
    public static DdimTables FromStart(NoiseSchedule schedule, int startTimestep, int steps, double eta)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentOutOfRangeException.ThrowIfNegative(startTimestep);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(startTimestep, schedule.Timesteps);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, startTimestep + 1);
        CheckEta(eta);
        int[] timesteps = new int[steps];
        for (int k = 0; k < steps; k++)
        {
            // Steps never exceed start + 1, so neighbours are at least one apart and rounding keeps them distinct.
            timesteps[k] = steps == 1 ? startTimestep : (int)Math.Round((double)k * startTimestep / (steps - 1), MidpointRounding.AwayFromZero);
        }

        return new DdimTables(schedule, timesteps, eta, alphaAtEnd: 1f);
    }

    /// <summary>
    /// The grid of the published code: every (timesteps / steps)-th timestep plus one, which may hold more points than asked for,
    /// misses the last timestep, and ends at abar_0 instead of 1.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Steps below 1 or above the timesteps; eta outside 0..1; or a grid that runs past the schedule, where the published code fails too.</exception>
    public static DdimTables Official(NoiseSchedule schedule, int steps, double eta)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, schedule.Timesteps);
        CheckEta(eta);
        int stride = schedule.Timesteps / steps;
        int[] timesteps = [.. Enumerable.Range(0, (schedule.Timesteps + stride - 1) / stride).Select(k => (k * stride) + 1)];
        if (timesteps[^1] >= schedule.Timesteps)
        {
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"the published grid reaches timestep {timesteps[^1]} of {schedule.Timesteps}");
        }

        return new DdimTables(schedule, timesteps, eta, schedule.AlphasCumprod[0]);
    }

    private static void CheckEta(double eta)
    {
        if (!(eta is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(eta), eta, "eta lies in 0..1");
        }
    }
}
