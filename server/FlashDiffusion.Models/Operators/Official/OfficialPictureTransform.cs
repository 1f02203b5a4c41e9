namespace FlashDiffusion.Models.Operators.Official;

/// <summary>How the research code brings a picture to its size: 256 x 256, bilinear, with or without a centre crop to a square first.</summary>
internal static class OfficialPictureTransform
{
    /// <summary>Side of the pictures that the published models work on.</summary>
    public const int Side = 256;

    /// <summary>Training and test pictures: the largest centred square, resized.</summary>
    /// <param name="channels">Row-major 8-bit channels.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="target">Side of the result; the research code knows only <see cref="Side"/>.</param>
    public static byte[][] CropAndResize(IReadOnlyList<byte[]> channels, PictureShape shape, int target = Side)
    {
        var side = Math.Min(shape.Height, shape.Width);
        var top = (int)Math.Round((shape.Height - side) / 2.0, MidpointRounding.ToEven);
        var left = (int)Math.Round((shape.Width - side) / 2.0, MidpointRounding.ToEven);
        var square = channels.Select(channel =>
        {
            var crop = new byte[side * side];
            for (var y = 0; y < side; y++)
            {
                channel.AsSpan(((top + y) * shape.Width) + left, side).CopyTo(crop.AsSpan(y * side));
            }

            return crop;
        });
        return Resize([.. square], new PictureShape(side, side), target);
    }

    /// <summary>Input of a severity encoder on its own: resized as it is, whatever its aspect.</summary>
    /// <param name="channels">Row-major 8-bit channels.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="target">Side of the result; the research code knows only <see cref="Side"/>.</param>
    public static byte[][] Resize(IReadOnlyList<byte[]> channels, PictureShape shape, int target = Side) =>
        [.. channels.Select(channel => PillowBilinear.Resize(channel, shape, new PictureShape(target, target)))];
}
