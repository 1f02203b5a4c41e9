using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>Terms of guidance losses, step sizes included; one number a row.</summary>
public static class GuidanceLoss
{
    /// <summary>eta ||y - A(D(z_0))||, not squared. In official mode one norm over the batch.</summary>
    /// <param name="point">Where.</param>
    /// <returns>(B).</returns>
    public static Tensor Residual(GuidancePoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return DataConsistency.Norm(point.Batch, point.Residual) * Rows(point.Batch, GuidanceParameters.Scale);
    }

    /// <summary>w ||z_0 - E(x)||, not squared: pulls z_0 to where the autoencoder maps onto itself. One encoder call. At a norm of 0 the gradient is 0.</summary>
    /// <param name="point">Where.</param>
    /// <param name="pictures">x, (B, 3, H, W): the decoded picture, or one made of it.</param>
    /// <returns>(B).</returns>
    public static Tensor AutoencoderGap(GuidancePoint point, Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(point);
        return DataConsistency.Norm(point.Batch, point.Clean - DataConsistency.Encode(point.Batch, pictures)) * Rows(point.Batch, GuidanceParameters.LatentWeight);
    }

    private static Tensor Rows(StepBatch batch, string parameter) =>
        batch.Column(row => row.Spec.Parameters.Number(parameter) * DataConsistency.NormFactor(row)).flatten();
}
