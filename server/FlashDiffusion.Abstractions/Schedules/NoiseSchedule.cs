using System.Collections.Immutable;

namespace FlashDiffusion.Schedules;

/// <summary>
/// The forward diffusion z_t = sqrt(abar_t) z_0 + sqrt(1 - abar_t) eps of a latent diffusion model, and every table that
/// follows from it. Index t runs from 0 (least noise) to <see cref="Timesteps"/> - 1. Tables are computed in float64 and
/// rounded once, as CompVis latent-diffusion registers them, so that float32 results agree with published checkpoints.
/// </summary>
public sealed class NoiseSchedule
{
    private const double SmallestVariance = 1e-20;

    private NoiseSchedule(double[] betas, double linearStart, double linearEnd, BetaSchedule kind)
    {
        int n = betas.Length;
        (LinearStart, LinearEnd, Kind) = (linearStart, linearEnd, kind);
        double[] cumprod = new double[n];
        double product = 1;
        for (int t = 0; t < n; t++)
        {
            product *= 1 - betas[t];
            cumprod[t] = product;
        }

        double Previous(int t) => t == 0 ? 1 : cumprod[t - 1];
        double Posterior(int t) => betas[t] * (1 - Previous(t)) / (1 - cumprod[t]);

        ExactBetas = [.. betas];
        ExactAlphasCumprod = [.. cumprod];
        Betas = Round(n, t => betas[t]);
        AlphasCumprod = Round(n, t => cumprod[t]);
        AlphasCumprodPrev = Round(n, Previous);
        SqrtAlphasCumprod = Round(n, t => Math.Sqrt(cumprod[t]));
        SqrtOneMinusAlphasCumprod = Round(n, t => Math.Sqrt(1 - cumprod[t]));
        LogOneMinusAlphasCumprod = Round(n, t => Math.Log(1 - cumprod[t]));
        SqrtRecipAlphasCumprod = Round(n, t => Math.Sqrt(1 / cumprod[t]));
        SqrtRecipm1AlphasCumprod = Round(n, t => Math.Sqrt((1 / cumprod[t]) - 1));
        PosteriorVariance = Round(n, Posterior);
        PosteriorLogVarianceClipped = Round(n, t => Math.Log(Math.Max(Posterior(t), SmallestVariance)));
        PosteriorMeanCoef1 = Round(n, t => betas[t] * Math.Sqrt(Previous(t)) / (1 - cumprod[t]));
        PosteriorMeanCoef2 = Round(n, t => (1 - Previous(t)) * Math.Sqrt(1 - betas[t]) / (1 - cumprod[t]));
        VariationalBoundWeights = [.. VariationalWeights(betas)];
        SignalToNoise = [.. AlphasCumprod.Select(a => a / (1 - a))];
    }

    /// <summary>Number of training timesteps, at least 2.</summary>
    public int Timesteps => Betas.Length;

    /// <summary>First beta, in (0, 1).</summary>
    public double LinearStart { get; }

    /// <summary>Last beta, in (0, 1), at least <see cref="LinearStart"/>.</summary>
    public double LinearEnd { get; }

    /// <summary>How beta grows in between.</summary>
    public BetaSchedule Kind { get; }

    /// <summary>beta_t in float64.</summary>
    public ImmutableArray<double> ExactBetas { get; }

    /// <summary>abar_t = prod of (1 - beta) up to t, in float64.</summary>
    public ImmutableArray<double> ExactAlphasCumprod { get; }

    /// <summary>beta_t.</summary>
    public ImmutableArray<float> Betas { get; }

    /// <summary>abar_t, decreasing in t.</summary>
    public ImmutableArray<float> AlphasCumprod { get; }

    /// <summary>abar_(t-1), with 1 at t = 0.</summary>
    public ImmutableArray<float> AlphasCumprodPrev { get; }

    /// <summary>sqrt(abar_t): the weight of the clean latent in z_t.</summary>
    public ImmutableArray<float> SqrtAlphasCumprod { get; }

    /// <summary>sqrt(1 - abar_t): the weight of the noise in z_t.</summary>
    public ImmutableArray<float> SqrtOneMinusAlphasCumprod { get; }

    /// <summary>log(1 - abar_t).</summary>
    public ImmutableArray<float> LogOneMinusAlphasCumprod { get; }

    /// <summary>sqrt(1/abar_t): the weight of z_t in the predicted clean latent.</summary>
    public ImmutableArray<float> SqrtRecipAlphasCumprod { get; }

    /// <summary>sqrt(1/abar_t - 1): the weight of the predicted noise in the predicted clean latent (subtracted).</summary>
    public ImmutableArray<float> SqrtRecipm1AlphasCumprod { get; }

    /// <summary>Variance of q(z_(t-1) | z_t, z_0), 0 at t = 0 (DDPM, equation 7).</summary>
    public ImmutableArray<float> PosteriorVariance { get; }

    /// <summary>Logarithm of <see cref="PosteriorVariance"/>, clipped at 1e-20 before the logarithm.</summary>
    public ImmutableArray<float> PosteriorLogVarianceClipped { get; }

    /// <summary>Weight of the clean latent in the mean of q(z_(t-1) | z_t, z_0) (DDPM, equation 7).</summary>
    public ImmutableArray<float> PosteriorMeanCoef1 { get; }

    /// <summary>Weight of z_t in the mean of q(z_(t-1) | z_t, z_0) (DDPM, equation 7).</summary>
    public ImmutableArray<float> PosteriorMeanCoef2 { get; }

    /// <summary>Weight of each timestep in the variational bound when the network predicts noise (<c>lvlb_weights</c>).</summary>
    public ImmutableArray<float> VariationalBoundWeights { get; }

    /// <summary>abar_t/(1 - abar_t), decreasing in t.</summary>
    public ImmutableArray<float> SignalToNoise { get; }

    /// <summary>Makes the schedule that a CompVis configuration names by (timesteps, linear_start, linear_end).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 timesteps, or not 0 &lt; linear_start &lt;= linear_end &lt; 1.</exception>
    public static NoiseSchedule Create(int timesteps, double linearStart, double linearEnd, BetaSchedule kind = BetaSchedule.SquareRootLinear)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timesteps, 2);
        if (!(linearStart > 0 && linearStart < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(linearStart), linearStart, "beta lies in (0, 1)");
        }

        if (!(linearEnd >= linearStart && linearEnd < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(linearEnd), linearEnd, "beta does not fall and stays below 1");
        }

        double[] betas = kind switch
        {
            BetaSchedule.SquareRootLinear => Array.ConvertAll(Line(timesteps, Math.Sqrt(linearStart), Math.Sqrt(linearEnd)), s => s * s),
            BetaSchedule.Linear => Line(timesteps, linearStart, linearEnd),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a known kind of schedule"),
        };
        return new NoiseSchedule(betas, linearStart, linearEnd, kind);
    }

    /// <summary>The values of one table at the timesteps of a batch's rows, for a tensor of shape (B).</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside the table.</exception>
    public static float[] Gather(ImmutableArray<float> table, ReadOnlySpan<int> indices)
    {
        float[] rows = new float[indices.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            int index = indices[row];
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, table.Length, nameof(indices));
            rows[row] = table[index];
        }

        return rows;
    }

    // Counts from the nearer end, so that both ends are hit exactly.
    private static double[] Line(int n, double start, double end)
    {
        double[] line = new double[n];
        double step = (end - start) / (n - 1);
        for (int i = 0; i < n; i++)
        {
            line[i] = i < n / 2 ? start + (step * i) : end - (step * (n - 1 - i));
        }

        return line;
    }

    private static ImmutableArray<float> Round(int n, Func<int, double> value) =>
        [.. Enumerable.Range(0, n).Select(t => (float)value(t))];

    // In float32 from the rounded tables, as the research code does; the first entry would divide by zero and repeats the second.
    private float[] VariationalWeights(double[] betas)
    {
        float[] weights = new float[betas.Length];
        for (int t = 1; t < weights.Length; t++)
        {
            float alpha = (float)(1 - betas[t]);
            weights[t] = Betas[t] * Betas[t] / (2 * PosteriorVariance[t] * alpha * (1 - AlphasCumprod[t]));
        }

        weights[0] = weights[1];
        return weights;
    }
}
