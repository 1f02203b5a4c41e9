using System.Numerics;

namespace FlashDiffusion.Pictures.Metrics;

/// <summary>
/// The discrete Fourier transform of any length: halved while even (Cooley and Tukey 1965), the odd rest by its definition, so a
/// power of two costs n log n and a prime n². Sign -1, no scaling.
/// </summary>
internal static class FourierTransform
{
    public static void InPlace2D(Complex[] values, int width, int height)
    {
        for (var row = 0; row < height; row++)
        {
            Forward(values.AsSpan(row * width, width)).CopyTo(values.AsSpan(row * width, width));
        }

        var column = new Complex[height];
        for (var x = 0; x < width; x++)
        {
            for (var y = 0; y < height; y++)
            {
                column[y] = values[(y * width) + x];
            }

            var transformed = Forward(column);
            for (var y = 0; y < height; y++)
            {
                values[(y * width) + x] = transformed[y];
            }
        }
    }

    public static Complex[] Forward(ReadOnlySpan<Complex> values)
    {
        if (values.Length % 2 != 0)
        {
            return ByDefinition(values);
        }

        var half = values.Length / 2;
        var (even, odd) = (new Complex[half], new Complex[half]);
        for (var i = 0; i < half; i++)
        {
            (even[i], odd[i]) = (values[2 * i], values[(2 * i) + 1]);
        }

        (even, odd) = (Forward(even), Forward(odd));
        var result = new Complex[values.Length];
        for (var k = 0; k < half; k++)
        {
            var twisted = odd[k] * Root(k, values.Length);
            (result[k], result[k + half]) = (even[k] + twisted, even[k] - twisted);
        }

        return result;
    }

    private static Complex[] ByDefinition(ReadOnlySpan<Complex> values)
    {
        var length = values.Length;
        var roots = new Complex[length];
        for (var k = 0; k < length; k++)
        {
            roots[k] = Root(k, length);
        }

        var result = new Complex[length];
        for (var k = 0; k < length; k++)
        {
            for (var i = 0; i < length; i++)
            {
                result[k] += values[i] * roots[(int)((long)k * i % length)];
            }
        }

        return result;
    }

    private static Complex Root(int k, int length) => Complex.FromPolarCoordinates(1, -2 * Math.PI * k / length);
}
