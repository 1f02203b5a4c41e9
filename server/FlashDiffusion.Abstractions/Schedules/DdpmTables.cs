using System.Collections.Immutable;

namespace FlashDiffusion.Schedules;

/// <summary>
/// Coefficients of one ancestral (DDPM) step t -> t - 1, one entry a timestep:
/// z_0 = <see cref="LatentToClean"/> z_t - <see cref="NoiseToClean"/> eps, and
/// z_(t-1) = <see cref="CleanWeight"/> z_0 + <see cref="LatentWeight"/> z_t + <see cref="NoiseStd"/> xi
/// (Ho et al. 2020, equations 7 and 11, posterior variance).
/// </summary>
public sealed class DdpmTables
{
    /// <summary>Tables of a schedule.</summary>
    public DdpmTables(NoiseSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        LatentToClean = schedule.SqrtRecipAlphasCumprod;
        NoiseToClean = schedule.SqrtRecipm1AlphasCumprod;
        CleanWeight = schedule.PosteriorMeanCoef1;
        LatentWeight = schedule.PosteriorMeanCoef2;
        NoiseStd = [.. schedule.PosteriorLogVarianceClipped.Select((v, t) => t == 0 ? 0f : MathF.Exp(0.5f * v))];
    }

    /// <summary>Weight of z_t in the predicted clean latent.</summary>
    public ImmutableArray<float> LatentToClean { get; }

    /// <summary>Weight of the predicted noise in the predicted clean latent; it is subtracted.</summary>
    public ImmutableArray<float> NoiseToClean { get; }

    /// <summary>Weight of the predicted clean latent in the mean of z_(t-1).</summary>
    public ImmutableArray<float> CleanWeight { get; }

    /// <summary>Weight of z_t in the mean of z_(t-1).</summary>
    public ImmutableArray<float> LatentWeight { get; }

    /// <summary>Standard deviation of the noise added; 0 at t = 0.</summary>
    public ImmutableArray<float> NoiseStd { get; }
}
