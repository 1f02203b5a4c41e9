using FlashDiffusion.Schedules;

namespace FlashDiffusion.Sampling;

/// <summary>
/// Coefficients of one reverse step of one row, z' = Clean·z_0 + Latent·z_t + Prediction·eps + Noise·xi. DDPM uses the first two
/// (posterior mean), DDIM the first and third, so that both kinds share one batch.
/// </summary>
/// <param name="Clean">Weight of the predicted clean latent z_0.</param>
/// <param name="Latent">Weight of the current latent z_t.</param>
/// <param name="Prediction">Weight of the predicted noise eps.</param>
/// <param name="Noise">Standard deviation of the fresh noise xi.</param>
public readonly record struct ReverseCoefficients(double Clean, double Latent, double Prediction, double Noise)
{
    /// <summary>Coefficients of a row's step.</summary>
    /// <param name="row">The row.</param>
    /// <returns>The coefficients.</returns>
    public static ReverseCoefficients Of(StepRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Spec.Sampling.Kind == SamplerKind.Ddpm
            ? Ddpm(row.Spec.Schedule, row.Step.Timestep)
            : Ddim(row.Spec.Schedule, row.Step.Timestep, row.Step.PreviousTimestep, row.Spec.Sampling.DdimEta);
    }

    /// <summary>Ancestral sampling (arXiv 2006.11239, equation 7): posterior mean and the clipped posterior variance.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="timestep">Timestep t; moves to t - 1.</param>
    /// <returns>The coefficients.</returns>
    public static ReverseCoefficients Ddpm(NoiseSchedule schedule, int timestep)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var beta = schedule.ExactBetas[timestep];
        var alphaBar = AlphaBar(schedule, timestep);
        var previous = AlphaBar(schedule, timestep - 1);
        var variance = beta * (1 - previous) / (1 - alphaBar);
        return new ReverseCoefficients(
            beta * Math.Sqrt(previous) / (1 - alphaBar),
            (1 - previous) * Math.Sqrt(1 - beta) / (1 - alphaBar),
            0,
            timestep == 0 ? 0 : Math.Sqrt(Math.Max(variance, 1e-20)));
    }

    /// <summary>DDIM (arXiv 2010.02502, equation 12).</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="timestep">Timestep t.</param>
    /// <param name="previousTimestep">Timestep moved to; -1 for the clean latent.</param>
    /// <param name="eta">Stochasticity, 0 to 1.</param>
    /// <returns>The coefficients.</returns>
    public static ReverseCoefficients Ddim(NoiseSchedule schedule, int timestep, int previousTimestep, double eta)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var alphaBar = AlphaBar(schedule, timestep);
        var previous = AlphaBar(schedule, previousTimestep);
        var sigma = eta * Math.Sqrt((1 - previous) / (1 - alphaBar) * (1 - (alphaBar / previous)));
        return new ReverseCoefficients(Math.Sqrt(previous), 0, Math.Sqrt(Math.Max(0, 1 - previous - (sigma * sigma))), sigma);
    }

    /// <summary>abar of a timestep in float64; 1 for -1, the clean latent.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="timestep">-1 or an index of the schedule.</param>
    /// <returns>A number in (0, 1].</returns>
    public static double AlphaBar(NoiseSchedule schedule, int timestep)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return timestep < 0 ? 1 : schedule.ExactAlphasCumprod[timestep];
    }
}
