using System.Numerics;

namespace FlashDiffusion.Pictures.Metrics;

/// <summary>
/// Log-spectral distance: does the reconstruction have as much detail as the truth at every scale, wherever it lies? A blurry
/// picture with a good PSNR scores badly. Luma (Rec. 601) without its mean, Hann window in both directions, power of the discrete
/// Fourier transform averaged over rings of equal radial frequency, then the mean over rings of |10 log10(P / P_truth)|.
/// Rings are 1 .. min(width, height)/2 cycles over the shorter side; the corners beyond the last ring are left out.
/// </summary>
public static class LogSpectralDistance
{
    // 120 dB below a picture of full contrast: two empty rings are equal, not undefined.
    private const double Floor = 1e-12;

    /// <summary>The distance between two pictures of one size.</summary>
    /// <param name="truth">At least 4 pixels a side.</param>
    /// <param name="reconstruction">A picture of the same size; clipped to [0,1] first, as for PSNR.</param>
    /// <returns>Decibels, 0 for equal spectra.</returns>
    public static double Compute(Picture truth, Picture reconstruction)
    {
        PictureMetrics.ThrowUnlessSameSize(truth, reconstruction);
        if (Math.Min(truth.Width, truth.Height) < 4)
        {
            throw new ArgumentException(
                $"A spectrum needs 4 pixels a side; the picture is {truth.Width}x{truth.Height}.", nameof(truth));
        }

        var wanted = RadialPower(truth);
        var got = RadialPower(reconstruction);
        return wanted.Zip(got, (p, q) => Math.Abs(10 * Math.Log10((q + Floor) / (p + Floor)))).Average();
    }

    /// <summary>Mean power in each ring, from one cycle over the shorter side up to the Nyquist frequency.</summary>
    internal static double[] RadialPower(Picture picture)
    {
        var (width, height) = (picture.Width, picture.Height);
        var spectrum = WindowedLuma(picture);
        FourierTransform.InPlace2D(spectrum, width, height);
        var shorter = Math.Min(width, height);
        var power = new double[shorter / 2];
        var count = new int[power.Length];
        for (var v = 0; v < height; v++)
        {
            for (var u = 0; u < width; u++)
            {
                var fx = (double)Math.Min(u, width - u) / width;
                var fy = (double)Math.Min(v, height - v) / height;
                var ring = (int)Math.Round(Math.Sqrt((fx * fx) + (fy * fy)) * shorter) - 1;
                if (ring >= 0 && ring < power.Length)
                {
                    var value = spectrum[(v * width) + u];
                    power[ring] += (value.Real * value.Real) + (value.Imaginary * value.Imaginary);
                    count[ring]++;
                }
            }
        }

        var scale = 1.0 / ((double)width * height);
        return [.. power.Zip(count, (sum, members) => sum * scale / members)];
    }

    private static Complex[] WindowedLuma(Picture picture)
    {
        var (width, height) = (picture.Width, picture.Height);
        var red = picture.Plane(0);
        var green = picture.Plane(1);
        var blue = picture.Plane(2);
        var luma = new double[width * height];
        for (var i = 0; i < luma.Length; i++)
        {
            luma[i] = (0.299 * Clip(red[i])) + (0.587 * Clip(green[i])) + (0.114 * Clip(blue[i]));
        }

        // The window would smear the mean, the largest number by far, into the first ring.
        var mean = luma.Average();
        var result = new Complex[luma.Length];
        for (var i = 0; i < luma.Length; i++)
        {
            result[i] = (luma[i] - mean) * Hann(i % width, width) * Hann(i / width, height);
        }

        return result;
    }

    private static double Clip(float value) => Math.Clamp(value, 0f, 1f);

    private static double Hann(int index, int length) => 0.5 - (0.5 * Math.Cos(2 * Math.PI * (index + 0.5) / length));
}
