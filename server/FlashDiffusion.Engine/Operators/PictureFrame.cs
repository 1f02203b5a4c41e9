using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>
/// The caller's picture inside the enlarged one that the model works on: the upper left corner. The rest is only there to fill up
/// to the model's multiple; no operator ever sees it.
/// </summary>
internal static class PictureFrame
{
    /// <summary>Cuts the caller's picture out; differentiable.</summary>
    /// <param name="pictures">(B, 3, H', W').</param>
    /// <param name="picture">The caller's shape, at most H' x W'.</param>
    /// <returns>(B, 3, H, W).</returns>
    public static Tensor Crop(Tensor pictures, PictureShape picture) => pictures.narrow(2, 0, picture.Height).narrow(3, 0, picture.Width);

    /// <summary>The exact adjoint of <see cref="Crop"/>: zeros around.</summary>
    /// <param name="pictures">(B, 3, H, W).</param>
    /// <param name="working">The enlarged shape.</param>
    /// <returns>(B, 3, H', W').</returns>
    public static Tensor Embed(Tensor pictures, PictureShape working) =>
        nn.functional.pad(pictures, Margins(pictures, working), PaddingModes.Zeros);

    /// <summary>Enlarges by reflection, so that a network sees no edge.</summary>
    /// <param name="pictures">(B, 3, H, W), each side more than half of the enlarged one.</param>
    /// <param name="working">The enlarged shape.</param>
    /// <returns>(B, 3, H', W').</returns>
    public static Tensor Reflect(Tensor pictures, PictureShape working) =>
        pictures.shape[2] == working.Height && pictures.shape[3] == working.Width
            ? pictures.alias()
            : nn.functional.pad(pictures, Margins(pictures, working), PaddingModes.Reflect);

    private static long[] Margins(Tensor pictures, PictureShape working) =>
        [0, working.Width - pictures.shape[3], 0, working.Height - pictures.shape[2]];
}
