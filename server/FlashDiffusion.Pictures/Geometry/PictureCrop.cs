namespace FlashDiffusion.Pictures.Geometry;

/// <summary>Windows of a picture, and pictures in larger frames.</summary>
public static class PictureCrop
{
    /// <summary>The window whose top left corner is (<paramref name="left"/>, <paramref name="top"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The window is empty or leaves the picture.</exception>
    public static Picture Window(this Picture picture, int left, int top, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegative(left);
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(left, picture.Width - width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(top, picture.Height - height);
        return Gather(picture, width, height, x => x + left, y => y + top);
    }

    /// <summary>The window in the middle; half a pixel towards the top left where the margin is odd.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The window is empty or larger than the picture.</exception>
    public static Picture Centre(this Picture picture, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, picture.Width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, picture.Height);
        return picture.Window((picture.Width - width) / 2, (picture.Height - height) / 2, width, height);
    }

    /// <summary>
    /// Scales the picture down until its shorter side (or, where that is smaller already, up) just covers a square, and cuts the
    /// square from the middle.
    /// </summary>
    /// <param name="picture">Any picture.</param>
    /// <param name="side">Side of the square, at least 1.</param>
    public static Picture CoverSquare(this Picture picture, int side)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(side);
        var shorter = Math.Min(picture.Width, picture.Height);
        if (shorter == side)
        {
            return picture.Centre(side, side);
        }

        var width = (int)Math.Round((double)picture.Width * side / shorter);
        var height = (int)Math.Round((double)picture.Height * side / shorter);
        return picture.Resize(width, height).Centre(side, side);
    }

    /// <summary>
    /// Enlarges to the next multiple in both directions by reflection at the right and bottom edges, the edge pixel not repeated
    /// (a picture of n pixels continues with n-2, n-3, ...), so that <c>Window(0, 0, width, height)</c> undoes it.
    /// </summary>
    /// <param name="picture">Any picture; one narrower than the padding needs is reflected again and again.</param>
    /// <param name="multiple">At least 1.</param>
    public static Picture PadToMultiple(this Picture picture, int multiple)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(multiple);
        var width = (picture.Width + multiple - 1) / multiple * multiple;
        var height = (picture.Height + multiple - 1) / multiple * multiple;
        return width == picture.Width && height == picture.Height
            ? picture
            : Gather(picture, width, height, x => Reflect(x, picture.Width), y => Reflect(y, picture.Height));
    }

    private static int Reflect(int index, int length)
    {
        if (length == 1)
        {
            return 0;
        }

        var period = 2 * (length - 1);
        var within = index % period;
        return within < length ? within : period - within;
    }

    private static Picture Gather(Picture source, int width, int height, Func<int, int> fromX, Func<int, int> fromY)
    {
        var plane = width * height;
        var target = new float[Picture.Channels * plane];
        for (var channel = 0; channel < Picture.Channels; channel++)
        {
            var pixels = source.Plane(channel);
            for (var y = 0; y < height; y++)
            {
                var row = pixels.Slice(fromY(y) * source.Width, source.Width);
                for (var x = 0; x < width; x++)
                {
                    target[(channel * plane) + (y * width) + x] = row[fromX(x)];
                }
            }
        }

        return Picture.Owning(width, height, target);
    }
}
