namespace FlashDiffusion.Pictures.Metrics;

/// <summary>
/// Structural similarity (Wang et al. 2004) as torchmetrics computes it: Gaussian window of 11x11 with standard deviation 1.5,
/// C1 = 0.01², C2 = 0.03² for a data range of 1, each colour on its own, then the mean. Nothing is clipped.
/// </summary>
public static class StructuralSimilarity
{
    /// <summary>Pixels on each side of a window's centre.</summary>
    public const int Radius = 5;

    private const double C1 = 0.01 * 0.01;
    private const double C2 = 0.03 * 0.03;

    /// <summary>The separable factor of the window: 11 weights, their sum 1.</summary>
    internal static double[] Window { get; } = MakeWindow();

    /// <summary>Mean similarity of two pictures of one size.</summary>
    /// <param name="truth">At least 6 pixels a side (reflection), 11 for <see cref="SsimBorder.Cropped"/>.</param>
    /// <param name="reconstruction">A picture of the same size.</param>
    /// <param name="border">What the mean is taken over.</param>
    /// <returns>At most 1; 1 for equal pictures.</returns>
    public static double Ssim(Picture truth, Picture reconstruction, SsimBorder border = SsimBorder.Full)
    {
        PictureMetrics.ThrowUnlessSameSize(truth, reconstruction);
        var cropped = border == SsimBorder.Cropped;
        var smallest = cropped ? (2 * Radius) + 1 : Radius + 1;
        if (Math.Min(truth.Width, truth.Height) < smallest)
        {
            throw new ArgumentException(
                $"SSIM ({border}) needs {smallest} pixels a side; the picture is {truth.Width}x{truth.Height}.", nameof(truth));
        }

        var sum = 0.0;
        for (var channel = 0; channel < Picture.Channels; channel++)
        {
            sum += MeanOfMap(truth.Plane(channel), reconstruction.Plane(channel), truth.Width, cropped);
        }

        return sum / Picture.Channels;
    }

    private static double MeanOfMap(ReadOnlySpan<float> truth, ReadOnlySpan<float> other, int width, bool cropped)
    {
        var (x, y, xx, yy, xy) = Moments(truth, other, width);
        var height = truth.Length / width;
        var margin = cropped ? Radius : 0;
        var sum = 0.0;
        for (var row = margin; row < height - margin; row++)
        {
            for (var column = margin; column < width - margin; column++)
            {
                var i = (row * width) + column;
                var varianceX = xx[i] - (x[i] * x[i]);
                var varianceY = yy[i] - (y[i] * y[i]);
                if (!cropped)
                {
                    (varianceX, varianceY) = (Math.Max(varianceX, 0), Math.Max(varianceY, 0));
                }

                var covariance = xy[i] - (x[i] * y[i]);
                var above = ((2 * x[i] * y[i]) + C1) * ((2 * covariance) + C2);
                var below = ((x[i] * x[i]) + (y[i] * y[i]) + C1) * (varianceX + varianceY + C2);
                sum += above / below;
            }
        }

        return sum / ((height - (2 * margin)) * (width - (2 * margin)));
    }

    private static (double[] X, double[] Y, double[] Xx, double[] Yy, double[] Xy) Moments(
        ReadOnlySpan<float> truth, ReadOnlySpan<float> other, int width)
    {
        var (x, y) = (new double[truth.Length], new double[truth.Length]);
        var (xx, yy, xy) = (new double[truth.Length], new double[truth.Length], new double[truth.Length]);
        for (var i = 0; i < truth.Length; i++)
        {
            (x[i], y[i]) = (truth[i], other[i]);
            (xx[i], yy[i], xy[i]) = (x[i] * x[i], y[i] * y[i], x[i] * y[i]);
        }

        return (Blur(x, width), Blur(y, width), Blur(xx, width), Blur(yy, width), Blur(xy, width));
    }

    private static double[] Blur(double[] source, int width)
    {
        var height = source.Length / width;
        var across = new double[source.Length];
        var result = new double[source.Length];
        for (var i = 0; i < source.Length; i++)
        {
            var (row, column) = (i / width, i % width);
            for (var tap = -Radius; tap <= Radius; tap++)
            {
                across[i] += Window[tap + Radius] * source[(row * width) + Reflect(column + tap, width)];
            }
        }

        for (var i = 0; i < source.Length; i++)
        {
            var (row, column) = (i / width, i % width);
            for (var tap = -Radius; tap <= Radius; tap++)
            {
                result[i] += Window[tap + Radius] * across[(Reflect(row + tap, height) * width) + column];
            }
        }

        return result;
    }

    private static int Reflect(int index, int length) =>
        index < 0 ? -index : index >= length ? (2 * (length - 1)) - index : index;

    private static double[] MakeWindow()
    {
        var weights = new double[(2 * Radius) + 1];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Exp(-Math.Pow((i - Radius) / 1.5, 2) / 2);
        }

        var sum = weights.Sum();
        return Array.ConvertAll(weights, weight => weight / sum);
    }
}
