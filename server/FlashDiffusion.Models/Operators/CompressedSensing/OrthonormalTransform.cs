using System.Numerics;
using FlashDiffusion.Models.Operators.Separable;

namespace FlashDiffusion.Models.Operators.CompressedSensing;

/// <summary>Orthonormal transforms along one axis, as matrices: rows are the basis, T T^T = I.</summary>
internal static class OrthonormalTransform
{
    /// <summary>The discrete cosine transform DCT-II, any length.</summary>
    public static AxisMatrix Cosine(int length)
    {
        var matrix = new AxisMatrix(length, length);
        for (var k = 0; k < length; k++)
        {
            var scale = Math.Sqrt((k == 0 ? 1.0 : 2.0) / length);
            for (var i = 0; i < length; i++)
            {
                matrix[k, i] = scale * Math.Cos(Math.PI * ((2 * i) + 1) * k / (2.0 * length));
            }
        }

        return matrix;
    }

    /// <summary>The Walsh-Hadamard transform in natural order; lengths that are powers of two.</summary>
    public static AxisMatrix Hadamard(int length)
    {
        var matrix = new AxisMatrix(length, length);
        var scale = 1 / Math.Sqrt(length);
        for (var k = 0; k < length; k++)
        {
            for (var i = 0; i < length; i++)
            {
                matrix[k, i] = BitOperations.PopCount((uint)(k & i)) % 2 == 0 ? scale : -scale;
            }
        }

        return matrix;
    }
}
