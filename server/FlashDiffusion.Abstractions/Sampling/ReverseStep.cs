using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>The unconditional reverse step that every solver builds on; rows may stand at different timesteps and follow different samplers.</summary>
public static class ReverseStep
{
    /// <summary>Tweedie's estimate z_0 = (z_t - sqrt(1 - abar) eps) / sqrt(abar); differentiable.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="latents">z_t, (B, C, h, w): the batch's latents, or a differentiable copy.</param>
    /// <param name="prediction">eps, (B, C, h, w).</param>
    /// <returns>z_0, (B, C, h, w).</returns>
    public static Tensor Clean(StepBatch batch, Tensor latents, Tensor prediction)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var inverse = batch.Column(row => 1 / Math.Sqrt(AlphaBar(row)));
        using var ratio = batch.Column(row => Math.Sqrt((1 / AlphaBar(row)) - 1));
        return (inverse * latents) - (ratio * prediction);
    }

    /// <summary>Moves every row to its previous timestep. Noise is always drawn, also where its weight is 0, so that replayed draws keep their order.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="clean">z_0, (B, C, h, w).</param>
    /// <param name="prediction">eps, (B, C, h, w).</param>
    /// <returns>z_{t'}, (B, C, h, w).</returns>
    public static Tensor Move(StepBatch batch, Tensor clean, Tensor prediction)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var coefficients = batch.Rows.Select(ReverseCoefficients.Of).ToArray();
        var moved = (Column(batch, coefficients, c => c.Clean) * clean) + (Column(batch, coefficients, c => c.Noise) * batch.Normal(NoisePurpose.Step, 0));
        if (coefficients.Any(c => c.Latent != 0))
        {
            moved = moved + (Column(batch, coefficients, c => c.Latent) * batch.Latents);
        }

        return coefficients.Any(c => c.Prediction != 0) ? moved + (Column(batch, coefficients, c => c.Prediction) * prediction) : moved;
    }

    /// <summary>
    /// Noises clean latents afresh to every row's previous timestep, z' = sqrt(abar') z_0 + sqrt(1 - abar') xi: a move that forgets z_t.
    /// Noise is always drawn, as in <see cref="Move"/>.
    /// </summary>
    /// <param name="batch">The rows.</param>
    /// <param name="clean">z_0, (B, C, h, w).</param>
    /// <returns>z_{t'}, (B, C, h, w); z_0 itself where the move goes to the clean latent.</returns>
    public static Tensor Renoise(StepBatch batch, Tensor clean)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var signal = batch.Column(row => Math.Sqrt(PreviousAlphaBar(row)));
        using var noise = batch.Column(row => Math.Sqrt(1 - PreviousAlphaBar(row)));
        return (signal * clean) + (noise * batch.Normal(NoisePurpose.Step, 0));
    }

    private static double PreviousAlphaBar(StepRow row) => ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.PreviousTimestep);

    private static double AlphaBar(StepRow row) => ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.Timestep);

    private static Tensor Column(StepBatch batch, ReverseCoefficients[] coefficients, Func<ReverseCoefficients, double> part) =>
        tensor(coefficients.Select(c => (float)part(c)).ToArray(), device: batch.Latents.device).reshape(batch.Count, 1, 1, 1);
}
