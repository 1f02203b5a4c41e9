using FlashDiffusion.Schedules;

namespace FlashDiffusion.Sampling;

/// <summary>
/// Coefficients of ReSample's stochastic resampling, z = Corrected·z_0y + Moved·z' + Noise·xi, of a corrected clean latent z_0y and the
/// unconditional sample z'.
/// </summary>
/// <param name="Corrected">Weight of the corrected clean latent.</param>
/// <param name="Moved">Weight of the unconditional sample.</param>
/// <param name="Noise">Standard deviation of the fresh noise.</param>
/// <remarks>
/// <code>
/// flash:    s = gamma (1 - abar') / abar (1 - abar / abar'),        a = abar
/// resample: s = gamma (1 - abar') / (1 - abar) (1 - abar / abar'),  a = abar'
/// z ~ N( (s sqrt(a) z_0y + (1 - a) z') / (s + 1 - a),  s (1 - a) / (s + 1 - a) )
/// </code>
/// abar' belongs to the timestep that the move reaches. A move to the clean latent (abar' = 1) has s = 0 for flash, which would throw the
/// correction away: here it takes z_0y as it is. The research code takes abar' one training timestep below whatever the stride, and does
/// throw the correction away (QUIRKS 4).
/// </remarks>
public readonly record struct ResampleCoefficients(double Corrected, double Moved, double Noise)
{
    /// <summary>Coefficients of a row's step.</summary>
    /// <param name="row">The row.</param>
    /// <param name="gamma">gamma, 0 or more: how much noise is given back to the corrected latent's neighbourhood; more trusts it more.</param>
    /// <param name="variance">Where the unconditional sample is taken to stand.</param>
    /// <returns>The coefficients.</returns>
    public static ResampleCoefficients Of(StepRow row, double gamma, ResampleVariance variance)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Spec.Compatibility == Compatibility.Official
            ? Of(row.Spec.Schedule, row.Step.Timestep, row.Step.Timestep - 1, gamma, variance)
            : row.Step.PreviousTimestep < 0
                ? new ResampleCoefficients(1, 0, 0)
                : Of(row.Spec.Schedule, row.Step.Timestep, row.Step.PreviousTimestep, gamma, variance);
    }

    /// <summary>Coefficients of a move.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="timestep">Timestep left behind.</param>
    /// <param name="previousTimestep">Timestep reached; -1 for the clean latent.</param>
    /// <param name="gamma">gamma, 0 or more.</param>
    /// <param name="variance">Where the unconditional sample is taken to stand.</param>
    /// <returns>The coefficients.</returns>
    public static ResampleCoefficients Of(NoiseSchedule schedule, int timestep, int previousTimestep, double gamma, ResampleVariance variance)
    {
        var alphaBar = ReverseCoefficients.AlphaBar(schedule, timestep);
        var previous = ReverseCoefficients.AlphaBar(schedule, previousTimestep);
        var (scale, at) = variance == ResampleVariance.Flash ? (alphaBar, alphaBar) : (1 - alphaBar, previous);
        var trust = gamma * (1 - previous) / scale * (1 - (alphaBar / previous));
        var total = trust + 1 - at;
        return total <= 0
            ? new ResampleCoefficients(0, 1, 0)
            : new ResampleCoefficients(trust * Math.Sqrt(at) / total, (1 - at) / total, Math.Sqrt(trust * (1 - at) / total));
    }
}
