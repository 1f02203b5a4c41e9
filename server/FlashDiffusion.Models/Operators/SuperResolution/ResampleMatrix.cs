using FlashDiffusion.Models.Operators.Separable;

namespace FlashDiffusion.Models.Operators.SuperResolution;

/// <summary>Resampling along one axis as a matrix whose rows sum to 1.</summary>
internal static class ResampleMatrix
{
    /// <summary>Mean of each run of <paramref name="scale"/> pixels.</summary>
    public static AxisMatrix Average(int length, int scale)
    {
        var matrix = new AxisMatrix(length / scale, length);
        for (var i = 0; i < length; i++)
        {
            matrix[i / scale, i] = 1.0 / scale;
        }

        return matrix;
    }

    /// <summary>Bicubic reduction with antialiasing: the kernel is stretched by the scale, as MATLAB's <c>imresize</c> does.</summary>
    public static AxisMatrix BicubicReduction(int length, int scale) => Bicubic(length / scale, length, scale, stretch: scale);

    /// <summary>Bicubic enlargement back to <paramref name="length"/> pixels, as <c>imresize</c> does.</summary>
    public static AxisMatrix BicubicEnlargement(int length, int scale) => Bicubic(length, length / scale, 1.0 / scale, stretch: 1);

    // Output i stands at (i + 1/2) step - 1/2 of the input; the border is mirrored at the picture's edge.
    private static AxisMatrix Bicubic(int outputs, int inputs, double step, double stretch)
    {
        var matrix = new AxisMatrix(outputs, inputs);
        for (var i = 0; i < outputs; i++)
        {
            var centre = ((i + 0.5) * step) - 0.5;
            var first = (int)Math.Ceiling(centre - (2 * stretch));
            var last = (int)Math.Floor(centre + (2 * stretch));
            var weights = Enumerable.Range(first, last - first + 1).Select(j => Cubic((j - centre) / stretch)).ToArray();
            var sum = weights.Sum();
            for (var k = 0; k < weights.Length; k++)
            {
                matrix[i, AxisBorder.Symmetric(first + k, inputs)] += weights[k] / sum;
            }
        }

        return matrix;
    }

    // Keys (1981), a = -1/2.
    private static double Cubic(double x)
    {
        x = Math.Abs(x);
        return x <= 1 ? (((1.5 * x) - 2.5) * x * x) + 1
            : x < 2 ? (((((-0.5 * x) + 2.5) * x) - 4) * x) + 2
            : 0;
    }
}
