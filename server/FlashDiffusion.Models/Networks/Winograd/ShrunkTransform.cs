using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>F(4, 3) whose pixels are then added two by two, the transpose of <see cref="EnlargedTransform"/>: six pixels to five points, four sums of products to two pixels.</summary>
/// <remarks>
/// In sums of two neighbours the third product of F(4, 3) cancels, and the fourth and the fifth stand as 3 m_3 - m_4 in both: these two are added where they are made.
/// Factors of products went into the weight (<see cref="WinogradWeight"/>).
/// </remarks>
internal readonly unsafe struct ShrunkTransform : IInputTransform, IOutputTransform
{
    static int IInputTransform.Side => 6;

    static int IInputTransform.Points => 5;

    static int IOutputTransform.Points => 4;

    static int IOutputTransform.Side => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IInputTransform.Transform(Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3, Vector512<float> d4, Vector512<float> d5, Vector512<float> d6, Vector512<float> d7, float* to, int stride)
    {
        var (two, four, minusFour, minusFive) = (Vector512.Create(2f), Vector512.Create(4f), Vector512.Create(-4f), Vector512.Create(-5f));
        Vector512.FusedMultiplyAdd(four, d0, Vector512.FusedMultiplyAdd(minusFive, d2, d4)).Store(to);
        Vector512.FusedMultiplyAdd(minusFour, d1 + d2, d3 + d4).Store(to + stride);
        var (even, odd) = (d4 - d2, d3 - d1);
        Vector512.FusedMultiplyAdd(two, odd, even).Store(to + (2 * stride));
        Vector512.FusedMultiplyAdd(-two, odd, even).Store(to + (3 * stride));
        Vector512.FusedMultiplyAdd(four, d1, Vector512.FusedMultiplyAdd(minusFive, d3, d5)).Store(to + (4 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IOutputTransform.Transform(Vector512<float> m0, Vector512<float> m1, Vector512<float> m2, Vector512<float> m3, Vector512<float> m4, Vector512<float> m5, Vector512<float> m6, Vector512<float> m7, Vector512<float> bias, float* to, int stride)
    {
        (m0 + m1 + m2 + bias).Store(to);
        (Vector512.FusedMultiplyAdd(Vector512.Create(4f), m2, m1) + m3 + bias).Store(to + stride);
    }
}
