using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FlashDiffusion.Models.Networks;

/// <summary>Exponential functions of 16 numbers.</summary>
internal static class ExponentialVector
{
    /// <summary>Beyond this the natural exponential leaves float32's range.</summary>
    public const float Most = 87;

    /// <summary>Binary logarithm of e: the scale of the natural exponential.</summary>
    public const float Log2E = 1.44269504f;

    // 2^r - 1 = r q(r) on [-1/2, 1/2] to 2e-9 of 2^r (a minimax fit); the next coefficient of Taylor's series would not reach half of that.
    private const float Q0 = 0.69314718246f;
    private const float Q1 = 0.24022647738f;
    private const float Q2 = 0.05550332367f;
    private const float Q3 = 0.00961843692f;
    private const float Q4 = 0.00133988750f;
    private const float Q5 = 0.00015353362f;

    /// <summary>2^(scale x): to about a unit in the last place near 0, to 2e-6 of itself where it is nearly out of range.</summary>
    /// <param name="x">Numbers for which it is within float32's range.</param>
    /// <param name="scale"><see cref="Log2E"/> for exp(x).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x, float scale)
    {
        // 2^n 2^r.
        var n = Vector512.Round(x * Vector512.Create(scale));
        var r = Vector512.FusedMultiplyAdd(x, Vector512.Create(scale), -n);
        var q = Vector512.FusedMultiplyAdd(Vector512.Create(Q5), r, Vector512.Create(Q4));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q3));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q2));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q1));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q0));
        return Scale(Vector512.FusedMultiplyAdd(q, r, Vector512<float>.One), n);
    }

    // power 2^n.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale(Vector512<float> power, Vector512<float> n) => Avx512F.IsSupported
        ? Avx512F.Scale(power, n)
        : power * Vector512.ShiftLeft(Vector512.ConvertToInt32(n) + Vector512.Create(127), 23).AsSingle();
}
