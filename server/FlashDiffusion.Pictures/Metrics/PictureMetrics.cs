namespace FlashDiffusion.Pictures.Metrics;

/// <summary>How far a reconstruction is from the truth. All sums are taken in float64.</summary>
public static class PictureMetrics
{
    /// <summary>Mean squared difference of two pictures of one size, neither clipped.</summary>
    public static double MeanSquaredError(Picture truth, Picture reconstruction)
    {
        ThrowUnlessSameSize(truth, reconstruction);
        return SquaredDifference(truth.Pixels, reconstruction.Pixels, clip: false) / truth.Pixels.Length;
    }

    /// <summary>
    /// Peak signal to noise ratio, 10 log10(1 / MSE), on [0,1], the reconstruction clipped to that range first.
    /// </summary>
    /// <returns>Decibels; positive infinity for equal pictures.</returns>
    public static double Psnr(Picture truth, Picture reconstruction)
    {
        ThrowUnlessSameSize(truth, reconstruction);
        var error = SquaredDifference(truth.Pixels, reconstruction.Pixels, clip: true) / truth.Pixels.Length;
        return -10 * Math.Log10(error);
    }

    /// <summary>Normalised squared error, ||x - x̂||² / ||x||², nothing clipped.</summary>
    /// <returns>0 for equal pictures; NaN or infinity for a black truth.</returns>
    public static double Nmse(Picture truth, Picture reconstruction)
    {
        ThrowUnlessSameSize(truth, reconstruction);
        var energy = 0.0;
        foreach (var value in truth.Pixels)
        {
            energy += (double)value * value;
        }

        return SquaredDifference(truth.Pixels, reconstruction.Pixels, clip: false) / energy;
    }

    internal static void ThrowUnlessSameSize(Picture truth, Picture reconstruction)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(reconstruction);
        if (truth.Width != reconstruction.Width || truth.Height != reconstruction.Height)
        {
            throw new ArgumentException(
                $"The truth is {truth.Width}x{truth.Height}, the reconstruction {reconstruction.Width}x{reconstruction.Height}.",
                nameof(reconstruction));
        }
    }

    private static double SquaredDifference(ReadOnlySpan<float> truth, ReadOnlySpan<float> reconstruction, bool clip)
    {
        var sum = 0.0;
        for (var i = 0; i < truth.Length; i++)
        {
            var value = clip ? Math.Clamp(reconstruction[i], 0f, 1f) : reconstruction[i];
            var difference = (double)truth[i] - value;
            sum += difference * difference;
        }

        return sum;
    }
}
