using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>Gradient of a guidance loss with respect to the predicted clean latent.</summary>
/// <param name="Gradient">d loss_b / d z_0[b], (B, C, h, w).</param>
/// <param name="Decoded">x_0, (B, 3, H, W), without a gradient.</param>
/// <param name="ResidualNorm">||y - A(x_0)|| of each row, (B).</param>
public sealed record GuidanceGradient(Tensor Gradient, Tensor Decoded, Tensor ResidualNorm)
{
    /// <summary>Decodes, compares and differentiates: one decoder call and one gradient through it, and what the loss adds.</summary>
    /// <param name="batch">Rows with operator and measurements.</param>
    /// <param name="clean">z_0, (B, C, h, w).</param>
    /// <param name="loss">One loss a row, (B), differentiable; rows must not see each other.</param>
    /// <returns>The gradient.</returns>
    public static GuidanceGradient At(StepBatch batch, Tensor clean, Func<GuidancePoint, Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(loss);
        var leaf = clean.detach().requires_grad_();
        var decoded = batch.Model.Decode(leaf, DataConsistency.QuantisationOf(batch));
        var residual = DataConsistency.Residual(batch, decoded);
        var gradient = PerSample.Gradient(loss(new GuidancePoint(batch, leaf, decoded, residual)), leaf);
        return new GuidanceGradient(gradient, decoded.detach(), PerSample.Norm(residual.detach()));
    }
}
