using System.Collections.Immutable;

namespace FlashDiffusion.Schedules;

/// <summary>
/// Where the reverse diffusion starts for a severity (the variance sigma^2 of the latent error), and with which latent:
/// z_start = <see cref="SignalScale"/> z_hat + <see cref="NoiseScale"/> eps.
/// </summary>
public sealed record StartStep
{
    /// <summary>
    /// Largest share of noise c sigma^2 in the start latent. Above it the latent would hold no signal at an index that promises some.
    /// </summary>
    public const float LargestNoiseShare = 0.98f;

    private StartStep()
    {
    }

    /// <summary>The matched index into the grid whose ratios were given.</summary>
    public required int Index { get; init; }

    /// <summary>The severity that chose the index, after clamping or scaling.</summary>
    public required float Severity { get; init; }

    /// <summary>True if the severity lay outside the range of the grid and was moved to its border.</summary>
    public bool SeverityClamped { get; init; }

    /// <summary>Share of noise c sigma^2 in the start latent; 0 if no correction is applied.</summary>
    public required float NoiseShare { get; init; }

    /// <summary>True if the share was cut to <see cref="LargestNoiseShare"/>.</summary>
    public bool NoiseShareClamped { get; init; }

    /// <summary>sqrt(1 - c sigma^2). NaN in official mode where the share exceeds 1.</summary>
    public float SignalScale => MathF.Sqrt(1f - NoiseShare);

    /// <summary>sqrt(c sigma^2).</summary>
    public float NoiseScale => MathF.Sqrt(NoiseShare);

    /// <summary>
    /// The start for one picture. The severity is clamped to 1/SNR of the grid's ends; only the share of noise is clamped further.
    /// </summary>
    /// <param name="signalToNoise">abar/(1 - abar) of each grid index, strictly descending.</param>
    /// <param name="severity">Predicted variance of the latent error, a finite number of 0 or more.</param>
    /// <param name="correction">c of the noise correction, 0 or more; null starts from z_hat itself.</param>
    /// <param name="rule">How the index is matched.</param>
    /// <exception cref="ArgumentException">An empty grid.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A severity or correction that is negative or not finite.</exception>
    public static StartStep Find(ImmutableArray<float> signalToNoise, float severity, float? correction, StartRule rule = StartRule.NearestSignalToNoise)
    {
        CheckGrid(signalToNoise);
        CheckNumber(severity, nameof(severity));
        CheckNumber(correction ?? 0, nameof(correction));
        float clamped = Math.Clamp(severity, 1f / signalToNoise[0], 1f / signalToNoise[^1]);
        float share = (correction ?? 0) * clamped;
        return new StartStep
        {
            Index = Match(signalToNoise.AsSpan(), clamped, rule) ?? (signalToNoise.Length - 1),
            Severity = clamped,
            SeverityClamped = clamped != severity,
            NoiseShare = Math.Min(share, LargestNoiseShare),
            NoiseShareClamped = share > LargestNoiseShare,
        };
    }

    /// <summary>
    /// The start as the published code finds it: nothing is clamped, so a share above 1 gives a NaN start latent, and a NaN
    /// severity gives index 0.
    /// </summary>
    /// <param name="signalToNoise">abar/(1 - abar) of each grid index.</param>
    /// <param name="severity">Predicted variance of the latent error.</param>
    /// <param name="varianceMultiplier"><c>var_mult</c>, applied to the severity first.</param>
    /// <param name="correction"><c>corr_mult</c>; null starts from z_hat itself.</param>
    /// <param name="rule">How the index is matched.</param>
    /// <exception cref="ArgumentException">An empty grid, or no index matches (legacy rule only).</exception>
    public static StartStep FindOfficial(ImmutableArray<float> signalToNoise, float severity, float varianceMultiplier = 1, float? correction = null, StartRule rule = StartRule.NearestSignalToNoise)
    {
        CheckGrid(signalToNoise);
        float scaled = severity * varianceMultiplier;
        int index = Match(signalToNoise.AsSpan(), scaled, rule)
            ?? throw new ArgumentException($"no index has a signal-to-noise ratio of at most 1/{scaled}", nameof(severity));
        return new StartStep { Index = index, Severity = scaled, NoiseShare = (correction ?? 0) * scaled };
    }

    private static int? Match(ReadOnlySpan<float> signalToNoise, float severity, StartRule rule)
    {
        float target = 1f / severity;
        if (float.IsNaN(target))
        {
            return 0;
        }

        if (rule == StartRule.FirstBelow)
        {
            for (int i = 0; i < signalToNoise.Length; i++)
            {
                if (target >= signalToNoise[i])
                {
                    return i;
                }
            }

            return null;
        }

        int nearest = 0;
        for (int i = 1; i < signalToNoise.Length; i++)
        {
            if (MathF.Abs(signalToNoise[i] - target) < MathF.Abs(signalToNoise[nearest] - target))
            {
                nearest = i;
            }
        }

        return nearest;
    }

    private static void CheckGrid(ImmutableArray<float> signalToNoise)
    {
        if (signalToNoise.IsDefaultOrEmpty)
        {
            throw new ArgumentException("the grid holds no index", nameof(signalToNoise));
        }
    }

    private static void CheckNumber(float value, string name)
    {
        if (!(float.IsFinite(value) && value >= 0))
        {
            throw new ArgumentOutOfRangeException(name, value, "a finite number of 0 or more is needed");
        }
    }
}
