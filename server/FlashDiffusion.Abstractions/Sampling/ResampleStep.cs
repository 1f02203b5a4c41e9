using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>ReSample's stochastic resampling (arXiv 2307.08123): back from a corrected clean latent to the noise level of the trajectory.</summary>
public static class ResampleStep
{
    /// <summary>Resamples every row. Noise is always drawn.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="corrected">z_0y, (B, C, h, w).</param>
    /// <param name="moved">z', the unconditional sample at the previous timestep, (B, C, h, w).</param>
    /// <param name="coefficients">Coefficients of a row.</param>
    /// <param name="draw">Number of the draw among the step's <see cref="NoisePurpose.Inner"/> ones.</param>
    /// <returns>(B, C, h, w).</returns>
    public static Tensor Take(StepBatch batch, Tensor corrected, Tensor moved, Func<StepRow, ResampleCoefficients> coefficients, int draw)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(coefficients);
        return (batch.Column(row => coefficients(row).Corrected) * corrected)
            + (batch.Column(row => coefficients(row).Moved) * moved)
            + (batch.Column(row => coefficients(row).Noise) * batch.Normal(NoisePurpose.Inner, draw));
    }
}
