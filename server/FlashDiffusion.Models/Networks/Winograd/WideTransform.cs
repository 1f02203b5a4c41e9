using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>F(6, 3) of Lavin and Gray, at 0, 1, -1, 2, -2, 1/2, -1/2 and infinity: eight pixels to eight points (B^T d), eight products to six pixels (A^T m).</summary>
/// <remarks>A fifth of multiplications and of numbers at points less than <see cref="PlainTransform"/>; its result differs from the plain way's by twice as much, some 3e-6 of its size.</remarks>
internal readonly unsafe struct WideTransform : IInputTransform, IOutputTransform
{
    static int IInputTransform.Side => 8;

    static int IInputTransform.Points => 8;

    static int IOutputTransform.Points => 8;

    static int IOutputTransform.Side => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IInputTransform.Transform(Vector512<float> d0, Vector512<float> d1, Vector512<float> d2, Vector512<float> d3, Vector512<float> d4, Vector512<float> d5, Vector512<float> d6, Vector512<float> d7, float* to, int stride)
    {
        Times(5.25f, d4 - d2, d0 - d6).Store(to);
        Both(Times(-4.25f, d4, d2 + d6), Times(-4.25f, d3, d1 + d5), to + stride, stride);
        Both(Times(0.25f, d2, Times(-1.25f, d4, d6)), Times(0.5f, d1, Times(-2.5f, d3, d5 + d5)), to + (3 * stride), stride);
        Both(Times(4, d2, Times(-5, d4, d6)), Times(0.5f, d5, Times(-2.5f, d3, d1 + d1)), to + (5 * stride), stride);
        Times(5.25f, d3 - d5, d7 - d1).Store(to + (7 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IOutputTransform.Transform(Vector512<float> m0, Vector512<float> m1, Vector512<float> m2, Vector512<float> m3, Vector512<float> m4, Vector512<float> m5, Vector512<float> m6, Vector512<float> m7, Vector512<float> bias, float* to, int stride)
    {
        var (one, two, half) = (m1 + m2, m3 + m4, m5 + m6);
        (m0 + one + two + half + bias).Store(to);
        (Times(4, two, Times(0.25f, half, one)) + bias).Store(to + (2 * stride));
        (Times(16, two, Times(0.0625f, half, one)) + bias).Store(to + (4 * stride));
        (one, two, half) = (m1 - m2, m3 - m4, m5 - m6);
        (Times(2, two, Times(0.5f, half, one)) + bias).Store(to + stride);
        (Times(8, two, Times(0.125f, half, one)) + bias).Store(to + (3 * stride));
        (Times(32, two, Times(0.03125f, half, one)) + m7 + bias).Store(to + (5 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Times(float factor, Vector512<float> number, Vector512<float> more) => Vector512.FusedMultiplyAdd(Vector512.Create(factor), number, more);

    // At a point and at its negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Both(Vector512<float> even, Vector512<float> odd, float* to, int stride)
    {
        (even + odd).Store(to);
        (even - odd).Store(to + stride);
    }
}
