using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>
/// Norms and gradients that never couple the rows of a batch. A norm over the whole batch, as in the research code, scales every
/// row's gradient by its neighbours (by 1/sqrt(B) for equal rows).
/// </summary>
public static class PerSample
{
    /// <summary>Euclidean norm of each row.</summary>
    /// <param name="values">(B, ...).</param>
    /// <returns>(B).</returns>
    public static Tensor Norm(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.flatten(1).norm(1);
    }

    /// <summary>Gradient of each row's loss with respect to its own input, in one backward pass.</summary>
    /// <param name="losses">(B), one loss a row, differentiable.</param>
    /// <param name="input">(B, ...), a leaf that requires a gradient.</param>
    /// <returns>d losses[b] / d input[b], shaped as the input. Rows whose loss has no finite gradient (a norm at exactly 0) give 0 there.</returns>
    public static Tensor Gradient(Tensor losses, Tensor input)
    {
        ArgumentNullException.ThrowIfNull(losses);
        return BackwardFaults.Checked(() => autograd.grad([losses], [input], [ones_like(losses)])[0]);
    }

    /// <summary>Vector-Jacobian product: pulls a gradient at <paramref name="output"/> back to <paramref name="input"/>.</summary>
    /// <param name="output">Differentiable function of the input.</param>
    /// <param name="input">A leaf that requires a gradient.</param>
    /// <param name="vector">Gradient at the output, shaped as it.</param>
    /// <returns>Gradient at the input, shaped as it.</returns>
    public static Tensor PullBack(Tensor output, Tensor input, Tensor vector) => BackwardFaults.Checked(() => autograd.grad([output], [input], [vector])[0]);
}
