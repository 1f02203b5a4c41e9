using FlashDiffusion.Models.Operators.Blur;
using FlashDiffusion.Models.TorchRandom;

namespace FlashDiffusion.Models.Operators.Official;

/// <summary>The research code's masks of n x n pixels for a severity t in [0, 1]; everything is kept at t = 0 but for the random box.</summary>
internal static class OfficialMasks
{
    /// <summary>A centred box of side t times <paramref name="size"/>; the fraction of a pixel becomes a soft rim one pixel wide.</summary>
    public static OperatorMask Box(int n, float t, int size)
    {
        var values = Ones(n);
        if (t > 0)
        {
            var side = size * t;
            var whole = (int)MathF.Floor(side);
            FillCentre(values, n, whole + 1, 1f - side + whole);
            FillCentre(values, n, whole, 0f);
        }

        return new OperatorMask(n, n, [.. values]);
    }

    /// <summary>1 minus a centred Gaussian of height 1, to a power: pixels fade towards the centre.</summary>
    public static OperatorMask Gaussian(int n, float t, double smallestStd, double largestStd, double power)
    {
        const double truncate = 4;
        var values = Ones(n);
        if (t > 0)
        {
            var kernel = GaussianKernel.Create(2 * n, smallestStd + (t * (largestStd - smallestStd)), truncate);
            var largest = kernel.Max() * kernel.Max();
            var start = n - (n / 2);
            for (var i = 0; i < values.Length; i++)
            {
                var height = kernel[start + (i / n)] * kernel[start + (i % n)] / largest;
                values[i] = (float)Math.Pow(1 - height, power);
            }
        }

        return new OperatorMask(n, n, [.. values]);
    }

    /// <summary>The numbers that <see cref="Random"/> compares with 1 - t: always the draws of seed 0, stretched.</summary>
    public static float[] RandomLevels(int n, double smallestRatio, double largestRatio)
    {
        // Stretched and then shifted, each rounded to float32: the order decides which pixels fall on a threshold's two sides.
        var stretch = (float)(1 / (largestRatio - smallestRatio));
        var shift = (float)(smallestRatio / (largestRatio - smallestRatio));
        var levels = new float[n * n];
        new TorchGenerator(seed: 0).FillUniform(levels);
        for (var i = 0; i < levels.Length; i++)
        {
            levels[i] = (levels[i] * stretch) - shift;
        }

        return levels;
    }

    /// <summary>Keeps each pixel with a probability that falls from the largest ratio at t = 0 to the smallest at t = 1; masks are nested.</summary>
    public static OperatorMask Random(int n, float t, double smallestRatio, double largestRatio) =>
        new(n, n, [.. RandomLevels(n, smallestRatio, largestRatio).Select(level => level < 1f - t ? 1f : 0f)]);

    /// <summary>A box of random shape, place and rotation whose area grows with t; sides are shares of n, as (first, second) pairs.</summary>
    public static OperatorMask RandomBox(int n, float t, ulong seed, (double First, double Second) smallest, (double First, double Second) largest)
    {
        var generator = new TorchGenerator(seed);
        var ratio = (0.5f * generator.NextUniform()) + 0.4999f;
        var first = MathF.Sqrt(ratio * (float)largest.First * (float)largest.Second);
        var second = first / ratio;
        first = ((first - (float)smallest.First) * MathF.Sqrt(t)) + (float)smallest.First;
        second = ((second - (float)smallest.Second) * MathF.Sqrt(t)) + (float)smallest.Second;
        var flip = generator.NextInteger(2) == 1;
        var rows = (int)MathF.Floor(n * (flip ? first : second));
        var columns = (int)MathF.Floor(n * (flip ? second : first));
        var top = generator.NextInteger(n - rows - 1);
        var left = generator.NextInteger(n - columns - 1);
        var values = Ones(n);
        Fill(values, n, (top, left, rows, columns), 0f);
        var turns = generator.NextInteger(4);
        for (var turn = 0; turn < turns; turn++)
        {
            values = QuarterTurn(values, n);
        }

        return new OperatorMask(n, n, [.. values]);
    }

    private static float[] Ones(int n)
    {
        var values = new float[n * n];
        Array.Fill(values, 1f);
        return values;
    }

    private static void FillCentre(float[] values, int n, int side, float value)
    {
        var start = (n / 2) - (side / 2);
        Fill(values, n, (start, start, side, side), value);
    }

    private static void Fill(float[] values, int n, (int Top, int Left, int Rows, int Columns) box, float value)
    {
        var (from, to) = (Math.Max(box.Left, 0), Math.Min(box.Left + box.Columns, n));
        for (var y = Math.Max(box.Top, 0); y < Math.Min(box.Top + box.Rows, n); y++)
        {
            values.AsSpan((y * n) + from, to - from).Fill(value);
        }
    }

    // Counter-clockwise, as torch.rot90.
    private static float[] QuarterTurn(float[] values, int n)
    {
        var turned = new float[values.Length];
        for (var y = 0; y < n; y++)
        {
            for (var x = 0; x < n; x++)
            {
                turned[(y * n) + x] = values[(x * n) + n - 1 - y];
            }
        }

        return turned;
    }
}
