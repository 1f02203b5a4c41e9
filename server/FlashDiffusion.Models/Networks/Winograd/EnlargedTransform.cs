using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>F(4, 3) where each pixel stands twice, as after enlargement by nearest neighbour: four pixels to four points, five products to four pixels.</summary>
/// <remarks>
/// Of six pixels (a, b, b, c, c, d) the third point of F(4, 3) is 0 and the fifth minus a third of the fourth. So there are four points left, the third of which is
/// multiplied with two weights, 3 G_3 - G_4 for the pixels with an even number and 3 G_3 + G_4 for the others: 25 products for a tile instead of 36. Factors of points
/// went into the weight (<see cref="WinogradWeight"/>).
/// </remarks>
internal readonly unsafe struct EnlargedTransform : IInputTransform, IOutputTransform
{
    static int IInputTransform.Side => 4;

    static int IInputTransform.Points => 4;

    static int IOutputTransform.Points => 5;

    static int IOutputTransform.Side => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IInputTransform.Transform(Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3, Vector512<float> d4, Vector512<float> d5, Vector512<float> d6, Vector512<float> d7, float* to, int stride)
    {
        var (four, minusFour, minusFive) = (Vector512.Create(4f), Vector512.Create(-4f), Vector512.Create(-5f));
        Vector512.FusedMultiplyAdd(four, d0, Vector512.FusedMultiplyAdd(minusFive, d1, d2)).Store(to);
        Vector512.FusedMultiplyAdd(minusFour, d1, d2).Store(to + stride);
        (d2 - d1).Store(to + (2 * stride));
        Vector512.FusedMultiplyAdd(four, d1, Vector512.FusedMultiplyAdd(minusFive, d2, d3)).Store(to + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IOutputTransform.Transform(Vector512<float> m0, Vector512<float> m1, Vector512<float> m2, Vector512<float> m3, Vector512<float> m4, Vector512<float> m5, Vector512<float> m6, Vector512<float> m7, Vector512<float> bias, float* to, int stride)
    {
        (m0 + m1 + m2 + bias).Store(to);
        (Vector512.FusedMultiplyAdd(Vector512.Create(2f), m3, m1) + bias).Store(to + stride);
        (Vector512.FusedMultiplyAdd(Vector512.Create(4f), m2, m1) + bias).Store(to + (2 * stride));
        (Vector512.FusedMultiplyAdd(Vector512.Create(8f), m3, m1) + m4 + bias).Store(to + (3 * stride));
    }
}
