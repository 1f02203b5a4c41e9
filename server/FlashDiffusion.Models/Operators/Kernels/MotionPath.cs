using FlashDiffusion.Noise;

namespace FlashDiffusion.Models.Operators.Kernels;

/// <summary>
/// Kernels of a shaken camera: a point of light moves at an even speed along a path whose direction wanders, and now and then jerks,
/// and leaves its trace. Only operations that IEEE 754 fixes to the last bit, so that a seed means the same path on every machine.
/// </summary>
internal static class MotionPath
{
    private const int PointsPerPixel = 8;
    private const double WanderPerPixel = 0.5;
    private const double JerksPerPixel = 0.1;

    /// <summary>The kernel of a path.</summary>
    /// <param name="size">Side of the kernel in pixels, odd; more than <paramref name="length"/>.</param>
    /// <param name="length">Length of the path in pixels, 0 or more.</param>
    /// <param name="intensity">0 for a straight line, 1 for a wild one.</param>
    /// <param name="seed">Seed of the path.</param>
    /// <returns>Non-negative values that sum to 1, their centre of mass in the middle.</returns>
    public static OperatorKernel Create(int size, double length, double intensity, ulong seed)
    {
        var points = Walk(length, intensity, new CounterNoise(seed));
        var (middleY, middleX) = (points.Average(point => point.Y), points.Average(point => point.X));
        var kernel = new double[size * size];
        foreach (var (y, x) in points)
        {
            // No point of a path is farther than half of its length from its centre of mass, so none leaves the kernel.
            Splat(kernel, size, y - middleY + (size / 2), x - middleX + (size / 2), 1.0 / points.Length);
        }

        return new OperatorKernel(size, size, [.. kernel.Select(value => (float)value)]);
    }

    private static (double Y, double X)[] Walk(double length, double intensity, CounterNoise noise)
    {
        var count = 1 + (int)Math.Ceiling(length * PointsPerPixel);
        var turns = new float[2 * count];
        var jerks = new float[count];
        noise.FillNormal(NoisePurpose.Operator, timestep: 0, draw: 0, turns);
        noise.FillUniform(NoisePurpose.Operator, timestep: 0, draw: 1, jerks);
        var step = count > 1 ? length / (count - 1) : 0;
        var wander = intensity * Math.Sqrt(WanderPerPixel * step);
        var points = new (double Y, double X)[count];
        var (dy, dx) = Unit(turns[0], turns[1]);
        for (var i = 1; i < count; i++)
        {
            var jerk = jerks[i] < intensity * JerksPerPixel * step;
            (dy, dx) = jerk
                ? Unit(turns[2 * i], turns[(2 * i) + 1])
                : Unit(dy + (wander * turns[2 * i]), dx + (wander * turns[(2 * i) + 1]));
            points[i] = (points[i - 1].Y + (step * dy), points[i - 1].X + (step * dx));
        }

        return points;
    }

    private static (double Y, double X) Unit(double y, double x)
    {
        var norm = Math.Sqrt((y * y) + (x * x));
        return norm > 0 ? (y / norm, x / norm) : (0, 1);
    }

    // Bilinear: a point between pixels lights the four around it.
    private static void Splat(double[] kernel, int size, double y, double x, double light)
    {
        var (top, left) = ((int)Math.Floor(y), (int)Math.Floor(x));
        for (var row = top; row <= top + 1; row++)
        {
            for (var column = left; column <= left + 1; column++)
            {
                var share = (1 - Math.Abs(y - row)) * (1 - Math.Abs(x - column));
                if (share > 0 && row >= 0 && column >= 0 && row < size && column < size)
                {
                    kernel[(row * size) + column] += light * share;
                }
            }
        }
    }
}
