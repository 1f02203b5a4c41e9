using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A posterior of independent Gaussians, (B, C, h, w); log variances are clamped to [-30, 20].</summary>
internal sealed record DiagonalGaussian(Tensor Mean, Tensor LogVariance) : IDisposable
{
    private const double MinLogVariance = -30;
    private const double MaxLogVariance = 20;

    /// <param name="moments">(B, 2 C, h, w): means, then log variances.</param>
    public static DiagonalGaussian FromMoments(Tensor moments)
    {
        var halves = moments.chunk(2, dim: 1);
        using var raw = halves[1];
        return new DiagonalGaussian(halves[0], raw.clamp(MinLogVariance, MaxLogVariance));
    }

    /// <summary>The most likely latent, a new alias of the mean.</summary>
    public Tensor Mode() => Mean.alias();

    public Tensor StandardDeviation()
    {
        using var half = LogVariance * 0.5;
        return half.exp();
    }

    /// <summary>mean + deviation x noise.</summary>
    /// <param name="noise">Standard normal draws of the latent's shape.</param>
    public Tensor Sample(Tensor noise)
    {
        using var deviation = StandardDeviation();
        using var scaled = deviation * noise;
        return Mean + scaled;
    }

    /// <summary>Kullback-Leibler divergence from the standard normal, summed over each row: (B).</summary>
    public Tensor KlDivergence()
    {
        using var scope = NewDisposeScope();
        var terms = Mean.square() + LogVariance.exp() - 1 - LogVariance;
        return terms.sum([1, 2, 3]).mul(0.5).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Mean.Dispose();
        LogVariance.Dispose();
    }
}
