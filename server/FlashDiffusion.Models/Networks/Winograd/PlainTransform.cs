using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>F(4, 3) of Lavin and Gray: six pixels to six points (B^T d), six products to four pixels (A^T m).</summary>
internal readonly unsafe struct PlainTransform : IInputTransform, IOutputTransform
{
    static int IInputTransform.Side => 6;

    static int IInputTransform.Points => 6;

    static int IOutputTransform.Points => 6;

    static int IOutputTransform.Side => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IInputTransform.Transform(Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3, Vector512<float> d4, Vector512<float> d5, Vector512<float> d6, Vector512<float> d7, float* to, int stride)
    {
        var (two, four, minusFour, minusFive) = (Vector512.Create(2f), Vector512.Create(4f), Vector512.Create(-4f), Vector512.Create(-5f));
        Vector512.FusedMultiplyAdd(four, d0, Vector512.FusedMultiplyAdd(minusFive, d2, d4)).Store(to);
        var (even, odd) = (Vector512.FusedMultiplyAdd(minusFour, d2, d4), Vector512.FusedMultiplyAdd(minusFour, d1, d3));
        (even + odd).Store(to + stride);
        (even - odd).Store(to + (2 * stride));
        (even, odd) = (d4 - d2, d3 - d1);
        Vector512.FusedMultiplyAdd(two, odd, even).Store(to + (3 * stride));
        Vector512.FusedMultiplyAdd(-two, odd, even).Store(to + (4 * stride));
        Vector512.FusedMultiplyAdd(four, d1, Vector512.FusedMultiplyAdd(minusFive, d3, d5)).Store(to + (5 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IOutputTransform.Transform(Vector512<float> m0, Vector512<float> m1, Vector512<float> m2, Vector512<float> m3, Vector512<float> m4, Vector512<float> m5, Vector512<float> m6, Vector512<float> m7, Vector512<float> bias, float* to, int stride)
    {
        var (sum, difference) = (m1 + m2, m1 - m2);
        var (far, farDifference) = (m3 + m4, m3 - m4);
        (m0 + sum + far + bias).Store(to);
        (Vector512.FusedMultiplyAdd(Vector512.Create(2f), farDifference, difference) + bias).Store(to + stride);
        (Vector512.FusedMultiplyAdd(Vector512.Create(4f), far, sum) + bias).Store(to + (2 * stride));
        (Vector512.FusedMultiplyAdd(Vector512.Create(8f), farDifference, difference) + m5 + bias).Store(to + (3 * stride));
    }
}
