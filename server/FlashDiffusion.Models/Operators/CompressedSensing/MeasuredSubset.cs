using FlashDiffusion.Noise;

namespace FlashDiffusion.Models.Operators.CompressedSensing;

/// <summary>What is random in a compressed measurement, all of it a function of the operator's seed.</summary>
/// <param name="Signs">+1 or -1 for each pixel: they spread every picture evenly over the transform's coefficients.</param>
/// <param name="Coefficients">Which coefficients are measured, ascending.</param>
internal sealed record MeasuredSubset(float[] Signs, long[] Coefficients)
{
    /// <summary>Draws it. Subsets of one seed are nested: more measurements keep those of fewer.</summary>
    /// <param name="picture">Shape of the picture.</param>
    /// <param name="count">Coefficients a channel.</param>
    /// <param name="seed">Seed of the operator.</param>
    public static MeasuredSubset Draw(PictureShape picture, int count, ulong seed)
    {
        var noise = new CounterNoise(seed);
        var (order, signs) = (new float[picture.Height * picture.Width], new float[picture.Height * picture.Width]);
        noise.FillUniform(NoisePurpose.Operator, timestep: 0, draw: 0, order);
        noise.FillUniform(NoisePurpose.Operator, timestep: 0, draw: 1, signs);
        long[] coefficients = [.. Enumerable.Range(0, order.Length).OrderBy(i => order[i]).ThenBy(i => i).Take(count).Order().Select(i => (long)i)];
        return new MeasuredSubset(Array.ConvertAll(signs, u => u < 0.5f ? -1f : 1f), coefficients);
    }
}
