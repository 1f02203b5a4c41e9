using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>Weights that are formulas, so that the model needs no file and is the same everywhere.</summary>
internal static class FormulaWeights
{
    /// <summary>Columns of a cosine basis: orthonormal, so that the transpose inverts it.</summary>
    public static Tensor Basis(int rows, int columns) => Of(
        [rows, columns],
        i => Math.Sqrt(2.0 / rows) * Math.Cos(Math.PI * ((i / columns) + 0.5) * ((i % columns) + 1) / rows));

    /// <summary>Values in [-1, 1] without a pattern that a convolution could hide in.</summary>
    public static Tensor Waves(long[] shape, double phase) => Of(shape, i => Math.Sin((1.7 * i) + (0.013 * i * i) + phase));

    private static Tensor Of(long[] shape, Func<int, double> value)
    {
        var elements = (int)shape.Aggregate(1L, (product, side) => product * side);
        return tensor([.. Enumerable.Range(0, elements).Select(i => (float)value(i))], shape);
    }
}
