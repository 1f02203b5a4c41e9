using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>PSLD's picture that agrees with the measurement wherever that speaks, A^T y + x - A^T A x (arXiv 2307.00619).</summary>
public static class MeasurementGluing
{
    /// <summary>
    /// Glues with the operator's adjoint. Folded: for a linear A^T it is x + A^T (y - A x), which reuses the residual. The research
    /// code's transpose is affine, so official mode takes it twice, of y and of A x.
    /// </summary>
    /// <param name="point">Where; its operator must be linear.</param>
    /// <returns>(B, 3, H, W), differentiable.</returns>
    /// <exception cref="InvalidOperationException">The operator has no adjoint.</exception>
    public static Tensor Adjoint(GuidancePoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        if (point.Batch.Operator is not ILinearForwardOperator linear)
        {
            throw new InvalidOperationException("Gluing needs a linear operator, for its adjoint.");
        }

        return point.Batch.Compatibility == Compatibility.Official
            ? linear.Adjoint(point.Batch.Measurements!) + point.Decoded - linear.Adjoint(point.Batch.Measurements! - point.Residual)
            : point.Decoded + linear.Adjoint(point.Residual);
    }

    /// <summary>Glues with the identity in the adjoint's place, x + y - A x, as the published PSLD code does for blur: measurements must be pictures.</summary>
    /// <param name="point">Where; measurements are pictures, at most as large as the model's (<see cref="IsPicture"/>).</param>
    /// <returns>(B, 3, H, W), differentiable.</returns>
    public static Tensor Identity(GuidancePoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        var (height, width) = (point.Decoded.shape[2] - point.Residual.shape[2], point.Decoded.shape[3] - point.Residual.shape[3]);

        // The caller's picture is the upper left corner of the model's; the rest was never measured.
        return point.Decoded + (height == 0 && width == 0 ? point.Residual : TorchSharp.torch.nn.functional.pad(point.Residual, [0, width, 0, height]));
    }

    /// <summary>Whether a sample's measurement is a picture of the model's picture's size, up to its filling.</summary>
    /// <param name="sample">The sample.</param>
    /// <returns>True if <see cref="Identity"/> may be used.</returns>
    public static bool IsPicture(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return sample.OperatorPlan?.MeasurementShape is not { Length: > 0 } shape
            || (shape.Length == 3 && shape[0] == 3 && 2 * shape[1] > sample.Picture.Height && 2 * shape[2] > sample.Picture.Width);
    }
}
