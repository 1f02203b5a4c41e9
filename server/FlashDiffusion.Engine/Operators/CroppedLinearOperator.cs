using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>A(crop(x)) of a linear operator, with the exact adjoint: zeros around A^T y.</summary>
/// <param name="inner">The operator on the caller's picture; owned.</param>
/// <param name="picture">The caller's shape.</param>
/// <param name="working">The enlarged shape.</param>
internal sealed class CroppedLinearOperator(ILinearForwardOperator inner, PictureShape picture, PictureShape working)
    : CroppedOperator(inner, picture, working), ILinearForwardOperator
{
    /// <inheritdoc/>
    public Tensor Adjoint(Tensor measurements) => PictureFrame.Embed(inner.Adjoint(measurements), Working);
}
