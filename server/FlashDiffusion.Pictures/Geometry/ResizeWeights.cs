namespace FlashDiffusion.Pictures.Geometry;

/// <summary>What one output pixel takes from a line of input pixels.</summary>
/// <param name="First">Index of the first input pixel.</param>
/// <param name="Weights">Its weight and those of its successors; their sum is 1.</param>
internal readonly record struct ResizeWeights(int First, float[] Weights)
{
    private const double KeysA = -0.5;

    public static ResizeWeights[] Bicubic(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(to);
        var scale = (double)from / to;
        var stretch = Math.Max(scale, 1);
        var lines = new ResizeWeights[to];
        for (var i = 0; i < to; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)Math.Floor(centre - (2 * stretch)));
            var end = Math.Min(from, (int)Math.Ceiling(centre + (2 * stretch)));
            var weights = new double[end - first];
            for (var j = 0; j < weights.Length; j++)
            {
                weights[j] = Keys((first + j + 0.5 - centre) / stretch);
            }

            var sum = weights.Sum();
            lines[i] = new ResizeWeights(first, Array.ConvertAll(weights, weight => (float)(weight / sum)));
        }

        return lines;
    }

    // R. Keys, "Cubic convolution interpolation for digital image processing", 1981, equation 15.
    private static double Keys(double distance)
    {
        var x = Math.Abs(distance);
        return x switch
        {
            < 1 => ((((KeysA + 2) * x) - (KeysA + 3)) * x * x) + 1,
            < 2 => (((((x - 5) * x) + 8) * x) - 4) * KeysA,
            _ => 0,
        };
    }
}
