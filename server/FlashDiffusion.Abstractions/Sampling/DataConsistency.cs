using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>How a batch compares pictures and latents with its measurements, in the right form and in the research code's.</summary>
public static class DataConsistency
{
    /// <summary>Pixels of the pictures at which step sizes are tuned.</summary>
    private const double ReferencePixels = 64 * 64;

    /// <summary>What a decode inside data consistency quantises: nothing, since the gradient of a rounded code is wrong; the research code rounds.</summary>
    /// <param name="batch">The rows.</param>
    /// <returns>The quantisation to decode with.</returns>
    public static Quantisation QuantisationOf(StepBatch batch) => IsOfficial(batch) ? Quantisation.Nearest : Quantisation.None;

    /// <summary>Encodes pictures to latents; the research code forgets the latent scale (QUIRKS 9).</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="pictures">(B, 3, H, W) in [-1, 1].</param>
    /// <returns>(B, C, h, w), differentiable.</returns>
    public static Tensor Encode(StepBatch batch, Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var latents = batch.Model.Encode(pictures);
        return IsOfficial(batch) && batch.Model.LatentScale != 1 ? latents / batch.Model.LatentScale : latents;
    }

    /// <summary>What the measurements say beyond the pictures, y - A(x).</summary>
    /// <param name="batch">Rows with operator and measurements.</param>
    /// <param name="pictures">x, (B, 3, H, W) in [-1, 1].</param>
    /// <returns>(B, measurement shape), differentiable.</returns>
    public static Tensor Residual(StepBatch batch, Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Measurements! - batch.Operator!.Forward(pictures);
    }

    /// <summary>
    /// Euclidean norm of each row, for a loss. The research code takes one norm over the batch: there each row gets an equal share of
    /// it, so that the sum, and with it the gradient, is the research code's (it differs for more than one row only).
    /// </summary>
    /// <param name="batch">The rows.</param>
    /// <param name="values">(B, ...).</param>
    /// <returns>(B), differentiable; the gradient of a norm of 0 is 0.</returns>
    public static Tensor Norm(StepBatch batch, Tensor values)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(values);
        return IsOfficial(batch) && batch.Count > 1 ? (values.norm() / batch.Count).expand(batch.Count) : PerSample.Norm(values);
    }

    /// <summary>
    /// Mean square of each row's residual over the values that were measured. The research code takes the mean over the batch, removed
    /// pixels included.
    /// </summary>
    /// <param name="batch">The rows.</param>
    /// <param name="residual">y - A(x), (B, measurement shape).</param>
    /// <returns>(B).</returns>
    public static Tensor MeanSquare(StepBatch batch, Tensor residual)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(residual);
        if (IsOfficial(batch))
        {
            return residual.square().mean().expand(batch.Count);
        }

        var all = residual.numel() / batch.Count;
        var counts = tensor(batch.Rows.Select(row => (float)(row.Spec.OperatorPlan is { MeasurementCount: > 0 } plan ? plan.MeasurementCount : all)).ToArray(), device: residual.device);
        return residual.flatten(1).square().sum(1) / counts;
    }

    /// <summary>
    /// Factor of step sizes that multiply the gradient of an unsquared norm: sqrt(H W / 64^2), since that gradient shrinks as one over the
    /// root of the number of pixels, so that one step size serves all picture sizes. 1 in official mode.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <returns>A positive number.</returns>
    public static double NormFactor(StepRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var pixels = (double)row.Spec.Picture.Height * row.Spec.Picture.Width;
        return row.Spec.Compatibility == Compatibility.Official ? 1 : Math.Sqrt(pixels / ReferencePixels);
    }

    private static bool IsOfficial(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Compatibility == Compatibility.Official;
    }
}
