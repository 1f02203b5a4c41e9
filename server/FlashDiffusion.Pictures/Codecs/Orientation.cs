using SkiaSharp;

namespace FlashDiffusion.Pictures.Codecs;

/// <summary>The eight EXIF orientations (Exif 2.32, tag 0x0112): how the stored rows and columns are to be shown.</summary>
internal static class Orientation
{
    public static Picture Apply(Picture picture, SKEncodedOrigin origin)
    {
        var (width, height) = (picture.Width, picture.Height);
        return origin switch
        {
            SKEncodedOrigin.TopRight => Rearrange(picture, width, height, (x, y) => (width - 1 - x, y)),
            SKEncodedOrigin.BottomRight => Rearrange(picture, width, height, (x, y) => (width - 1 - x, height - 1 - y)),
            SKEncodedOrigin.BottomLeft => Rearrange(picture, width, height, (x, y) => (x, height - 1 - y)),
            SKEncodedOrigin.LeftTop => Rearrange(picture, height, width, (x, y) => (y, x)),
            SKEncodedOrigin.RightTop => Rearrange(picture, height, width, (x, y) => (y, height - 1 - x)),
            SKEncodedOrigin.RightBottom => Rearrange(picture, height, width, (x, y) => (width - 1 - y, height - 1 - x)),
            SKEncodedOrigin.LeftBottom => Rearrange(picture, height, width, (x, y) => (width - 1 - y, x)),
            _ => picture,
        };
    }

    private static Picture Rearrange(Picture source, int width, int height, Func<int, int, (int X, int Y)> from)
    {
        var plane = width * height;
        var target = new float[Picture.Channels * plane];
        var pixels = source.Pixels;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (sourceX, sourceY) = from(x, y);
                var index = (sourceY * source.Width) + sourceX;
                for (var channel = 0; channel < Picture.Channels; channel++)
                {
                    target[(channel * plane) + (y * width) + x] = pixels[(channel * plane) + index];
                }
            }
        }

        return Picture.Owning(width, height, target);
    }
}
