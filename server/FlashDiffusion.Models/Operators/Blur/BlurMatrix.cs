using FlashDiffusion.Models.Operators.Separable;

namespace FlashDiffusion.Models.Operators.Blur;

/// <summary>A blur along one axis as a matrix, the border folded in.</summary>
internal static class BlurMatrix
{
    /// <summary>Correlation with the kernel over reflected pixels (the edge pixel is not repeated).</summary>
    /// <param name="length">Pixels along the axis.</param>
    /// <param name="kernel">Taps; tap k.Length / 2 stands on the output pixel.</param>
    /// <returns>length by length.</returns>
    public static AxisMatrix Reflected(int length, double[] kernel) => Create(length, kernel, AxisBorder.Reflect);

    /// <summary>
    /// The research code's transpose: it folds the border back one pixel off, which is the adjoint of a blur that repeats the edge
    /// pixel (QUIRKS 12).
    /// </summary>
    /// <param name="length">Pixels along the axis.</param>
    /// <param name="kernel">Taps of the forward blur.</param>
    /// <returns>length by length.</returns>
    public static AxisMatrix OfficialTranspose(int length, double[] kernel) => Create(length, kernel, AxisBorder.Symmetric).Transpose();

    private static AxisMatrix Create(int length, double[] kernel, Func<int, int, int> border)
    {
        var matrix = new AxisMatrix(length, length);
        for (var i = 0; i < length; i++)
        {
            for (var tap = 0; tap < kernel.Length; tap++)
            {
                matrix[i, border(i + tap - (kernel.Length / 2), length)] += kernel[tap];
            }
        }

        return matrix;
    }
}
