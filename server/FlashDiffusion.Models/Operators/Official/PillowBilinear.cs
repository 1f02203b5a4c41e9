namespace FlashDiffusion.Models.Operators.Official;

/// <summary>
/// Pillow's bilinear resize of 8-bit pictures, antialiased when it reduces: a triangle stretched by the scale, weights in 22-bit
/// fixed point, columns first, each pass rounded to 8 bits. Equal to the bit, as the research code's pictures depend on it.
/// </summary>
internal static class PillowBilinear
{
    private const int PrecisionBits = 22;

    /// <summary>Resizes one channel.</summary>
    /// <param name="source">Row-major values.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="wanted">The wanted shape.</param>
    public static byte[] Resize(byte[] source, PictureShape shape, PictureShape wanted)
    {
        var wide = shape.Width == wanted.Width ? source : AlongRows(source, shape, wanted.Width);
        return shape.Height == wanted.Height ? wide : AlongColumns(wide, shape with { Width = wanted.Width }, wanted.Height);
    }

    private static byte[] AlongRows(byte[] source, PictureShape shape, int width)
    {
        var taps = Taps(shape.Width, width);
        var result = new byte[shape.Height * width];
        for (var i = 0; i < result.Length; i++)
        {
            var (first, weights) = taps[i % width];
            var sum = 1 << (PrecisionBits - 1);
            for (var k = 0; k < weights.Length; k++)
            {
                sum += source[(i / width * shape.Width) + first + k] * weights[k];
            }

            result[i] = (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);
        }

        return result;
    }

    private static byte[] AlongColumns(byte[] source, PictureShape shape, int height)
    {
        var taps = Taps(shape.Height, height);
        var result = new byte[height * shape.Width];
        for (var i = 0; i < result.Length; i++)
        {
            var (first, weights) = taps[i / shape.Width];
            var sum = 1 << (PrecisionBits - 1);
            for (var k = 0; k < weights.Length; k++)
            {
                sum += source[((first + k) * shape.Width) + (i % shape.Width)] * weights[k];
            }

            result[i] = (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);
        }

        return result;
    }

    private static (int First, int[] Weights)[] Taps(int inputs, int outputs)
    {
        var scale = (double)inputs / outputs;
        var support = Math.Max(scale, 1);
        var taps = new (int First, int[] Weights)[outputs];
        for (var i = 0; i < outputs; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max((int)(centre - support + 0.5), 0);
            var end = Math.Min((int)(centre + support + 0.5), inputs);
            var weights = new double[end - first];
            for (var k = 0; k < weights.Length; k++)
            {
                weights[k] = Math.Max(0, 1 - Math.Abs((first + k - centre + 0.5) / support));
            }

            var sum = weights.Sum();
            taps[i] = (first, [.. weights.Select(w => (int)(0.5 + (w / sum * (1 << PrecisionBits))))]);
        }

        return taps;
    }
}
