using static TorchSharp.torch;

namespace FlashDiffusion;

/// <summary>
/// A forward operator A bound to the B rows of a batch, each with its own parameters. Acts on pictures in [-1, 1]; noise is not
/// part of it. Every method returns a new tensor that the caller owns, the identity included. Device thread only.
/// </summary>
public interface IForwardOperator : IDisposable
{
    /// <summary>Number of rows B.</summary>
    int Rows { get; }

    /// <summary>Applies A; differentiable.</summary>
    /// <param name="pictures">x, (B, 3, H, W) in [-1, 1].</param>
    /// <returns>A(x), (B, measurement shape).</returns>
    Tensor Forward(Tensor pictures);

    /// <summary>
    /// What the data-consistency term compares with A(x): the measurement with values that carry no information (removed pixels)
    /// replaced by those of A, so that they never contribute.
    /// </summary>
    /// <param name="measurements">y as the caller sent it, (B, measurement shape).</param>
    /// <returns>(B, measurement shape).</returns>
    Tensor Consistent(Tensor measurements);

    /// <summary>What the severity encoder looks at: the measurement itself if it has the picture's shape, else a cheap picture of it.</summary>
    /// <param name="measurements">y, (B, measurement shape).</param>
    /// <returns>(B, 3, H, W), nominally in [-1, 1], removed pixels exactly -1.</returns>
    Tensor ToImage(Tensor measurements);
}
