namespace FlashDiffusion.Pictures.Geometry;

/// <summary>Changes the size of pictures.</summary>
public static class PictureResize
{
    /// <summary>
    /// Bicubic with antialiasing: Keys' kernel (a = -0.5), widened by the scale when shrinking, so that shrinking averages an area
    /// and enlarging interpolates. Separable, pixel centres aligned, weights renormalised at the edges. May overshoot [0,1] slightly.
    /// </summary>
    /// <param name="picture">Any picture.</param>
    /// <param name="width">New columns, at least 1.</param>
    /// <param name="height">New rows, at least 1.</param>
    public static Picture Resize(this Picture picture, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var columns = ResizeWeights.Bicubic(picture.Width, width);
        var rows = ResizeWeights.Bicubic(picture.Height, height);
        var target = new float[Picture.Channels * width * height];
        var narrowed = new float[width * picture.Height];
        for (var channel = 0; channel < Picture.Channels; channel++)
        {
            AcrossRows(picture.Plane(channel), picture.Width, columns, narrowed);
            DownColumns(narrowed, width, rows, target.AsSpan(channel * width * height, width * height));
        }

        return Picture.Owning(width, height, target);
    }

    /// <summary>Every pixel becomes a square of <paramref name="factor"/> times <paramref name="factor"/> equal pixels.</summary>
    public static Picture Magnify(this Picture picture, int factor)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        var (width, height) = (picture.Width * factor, picture.Height * factor);
        var target = new float[Picture.Channels * width * height];
        for (var channel = 0; channel < Picture.Channels; channel++)
        {
            var source = picture.Plane(channel);
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    target[(((channel * height) + y) * width) + x] = source[(y / factor * picture.Width) + (x / factor)];
                }
            }
        }

        return Picture.Owning(width, height, target);
    }

    private static void AcrossRows(ReadOnlySpan<float> source, int sourceWidth, ResizeWeights[] columns, Span<float> target)
    {
        for (var y = 0; y < source.Length / sourceWidth; y++)
        {
            var row = source.Slice(y * sourceWidth, sourceWidth);
            for (var x = 0; x < columns.Length; x++)
            {
                var (first, weights) = columns[x];
                var sum = 0f;
                for (var i = 0; i < weights.Length; i++)
                {
                    sum += weights[i] * row[first + i];
                }

                target[(y * columns.Length) + x] = sum;
            }
        }
    }

    private static void DownColumns(ReadOnlySpan<float> source, int width, ResizeWeights[] rows, Span<float> target)
    {
        for (var y = 0; y < rows.Length; y++)
        {
            var (first, weights) = rows[y];
            var line = target.Slice(y * width, width);
            line.Clear();
            for (var i = 0; i < weights.Length; i++)
            {
                var from = source.Slice((first + i) * width, width);
                for (var x = 0; x < width; x++)
                {
                    line[x] += weights[i] * from[x];
                }
            }
        }
    }
}
