using static TorchSharp.torch;

namespace FlashDiffusion;

/// <summary>A linear forward operator: it has an exact adjoint, &lt;A x, y&gt; = &lt;x, A^T y&gt;.</summary>
public interface ILinearForwardOperator : IForwardOperator
{
    /// <summary>Applies the exact adjoint (the research code's transpose in official mode); differentiable.</summary>
    /// <param name="measurements">y, (B, measurement shape).</param>
    /// <returns>A^T y, (B, 3, H, W).</returns>
    Tensor Adjoint(Tensor measurements);
}
