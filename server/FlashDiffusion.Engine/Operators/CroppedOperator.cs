using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>A(crop(x)): an operator on the caller's picture, seen from the enlarged one, so that consistency stays exact at any size.</summary>
/// <param name="inner">The operator on the caller's picture; owned.</param>
/// <param name="picture">The caller's shape.</param>
/// <param name="working">The enlarged shape.</param>
internal class CroppedOperator(IForwardOperator inner, PictureShape picture, PictureShape working) : IForwardOperator
{
    /// <inheritdoc/>
    public int Rows => inner.Rows;

    /// <summary>The enlarged shape.</summary>
    protected PictureShape Working => working;

    /// <summary>Wraps an operator where the shapes differ, and keeps its linearity.</summary>
    /// <param name="inner">The operator on the caller's picture; owned by the result.</param>
    /// <param name="picture">The caller's shape.</param>
    /// <param name="working">The enlarged shape.</param>
    public static IForwardOperator Around(IForwardOperator inner, PictureShape picture, PictureShape working) => inner switch
    {
        _ when picture == working => inner,
        ILinearForwardOperator linear => new CroppedLinearOperator(linear, picture, working),
        _ => new CroppedOperator(inner, picture, working),
    };

    /// <inheritdoc/>
    public Tensor Forward(Tensor pictures) => inner.Forward(PictureFrame.Crop(pictures, picture));

    /// <inheritdoc/>
    public Tensor Consistent(Tensor measurements) => inner.Consistent(measurements);

    /// <inheritdoc/>
    public Tensor ToImage(Tensor measurements) => PictureFrame.Reflect(inner.ToImage(measurements), working);

    /// <inheritdoc/>
    public void Dispose()
    {
        inner.Dispose();
        GC.SuppressFinalize(this);
    }
}
