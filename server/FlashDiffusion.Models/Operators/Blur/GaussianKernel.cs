using FlashDiffusion.Models.Operators.Separable;

namespace FlashDiffusion.Models.Operators.Blur;

/// <summary>
/// The one-dimensional kernel whose outer product with itself is the blur kernel: a Gaussian filter of a centred unit pulse on a
/// grid of the kernel's size, cut off at <c>truncate</c> standard deviations, its tails folded back at the grid's border
/// (scipy's <c>gaussian_filter</c> with mode <c>reflect</c>, as the research code makes its kernels). It sums to 1.
/// </summary>
internal static class GaussianKernel
{
    /// <summary>Cut-off of the blur kernels of Flash-Diffusion, in standard deviations.</summary>
    public const double BlurTruncate = 6;

    /// <summary>The kernel.</summary>
    /// <param name="size">Number of taps; the pulse stands at size / 2.</param>
    /// <param name="std">Standard deviation in pixels, above 0.</param>
    /// <param name="truncate">Cut-off in standard deviations.</param>
    /// <returns><paramref name="size"/> non-negative values.</returns>
    public static double[] Create(int size, double std, double truncate = BlurTruncate)
    {
        var radius = (int)((truncate * std) + 0.5);
        var weights = new double[(2 * radius) + 1];
        for (var x = -radius; x <= radius; x++)
        {
            weights[x + radius] = Math.Exp(-0.5 * x * x / (std * std));
        }

        var sum = weights.Sum();
        var kernel = new double[size];
        for (var i = 0; i < size; i++)
        {
            for (var x = -radius; x <= radius; x++)
            {
                if (AxisBorder.Symmetric(i + x, size) == size / 2)
                {
                    kernel[i] += weights[x + radius] / sum;
                }
            }
        }

        return kernel;
    }
}
