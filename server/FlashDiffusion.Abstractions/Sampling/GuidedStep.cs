using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>
/// Reverse steps of diffusion posterior sampling (arXiv 2209.14687): z' = reverse(z_t, z_0, eps, xi) - grad_{z_t} L. Solvers of the
/// family differ in the loss L alone.
/// </summary>
public static class GuidedStep
{
    /// <summary>Network calls of <see cref="Plain"/>.</summary>
    public static StepCost PlainCost { get; } = new(1);

    /// <summary>Network calls of <see cref="Take"/>, without what the loss adds.</summary>
    public static StepCost Cost { get; } = new(1, 1, 1, 1);

    /// <summary>The unconditional step.</summary>
    /// <param name="batch">The rows.</param>
    /// <returns>What the step made.</returns>
    public static StepOutput Plain(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var guard = no_grad();
        var estimate = TweedieEstimate.At(batch, differentiable: false);
        return new StepOutput { Latents = ReverseStep.Move(batch, estimate.Clean, estimate.Prediction), PredictedClean = estimate.Clean };
    }

    /// <summary>The guided step.</summary>
    /// <param name="batch">Rows with operator and measurements.</param>
    /// <param name="loss">One loss a row, (B), step size included.</param>
    /// <returns>What the step made.</returns>
    public static StepOutput Take(StepBatch batch, Func<GuidancePoint, Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var estimate = TweedieEstimate.At(batch, differentiable: true);
        var guidance = GuidanceGradient.At(batch, estimate.Clean, loss);
        var pulled = estimate.PullBack(guidance.Gradient);

        using var guard = no_grad();
        return new StepOutput
        {
            Latents = ReverseStep.Move(batch, estimate.Clean, estimate.Prediction) - pulled,
            PredictedClean = estimate.Clean,
            DecodedClean = guidance.Decoded,
            Residual = guidance.ResidualNorm,
        };
    }
}
