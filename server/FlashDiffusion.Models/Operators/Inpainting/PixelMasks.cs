using FlashDiffusion.Noise;

namespace FlashDiffusion.Models.Operators.Inpainting;

/// <summary>Masks that a request describes by numbers.</summary>
internal static class PixelMasks
{
    /// <summary>
    /// Removes each pixel with one probability. Masks of one seed are nested: a pixel removed at a lower share stays removed at a higher.
    /// </summary>
    /// <param name="picture">Shape of the picture.</param>
    /// <param name="removed">Expected share of removed pixels, in [0, 1).</param>
    /// <param name="seed">Seed of the mask.</param>
    public static OperatorMask Random(PictureShape picture, double removed, ulong seed)
    {
        var values = new float[picture.Height * picture.Width];
        new CounterNoise(seed).FillUniform(NoisePurpose.Mask, timestep: 0, draw: 0, values);
        return new OperatorMask(picture.Height, picture.Width, [.. values.Select(u => u >= removed ? 1f : 0f)]);
    }

    /// <summary>Removes a rectangle.</summary>
    /// <param name="picture">Shape of the picture.</param>
    /// <param name="top">First removed row.</param>
    /// <param name="left">First removed column.</param>
    /// <param name="height">Removed rows.</param>
    /// <param name="width">Removed columns.</param>
    public static OperatorMask Box(PictureShape picture, int top, int left, int height, int width)
    {
        var values = new float[picture.Height * picture.Width];
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var inside = y >= top && y < top + height && x >= left && x < left + width;
                values[(y * picture.Width) + x] = inside ? 0f : 1f;
            }
        }

        return new OperatorMask(picture.Height, picture.Width, [.. values]);
    }
}
