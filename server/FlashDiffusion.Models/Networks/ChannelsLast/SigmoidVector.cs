using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FlashDiffusion.Models.Networks;

/// <summary>The logistic function of 16 numbers: a sixth of a step's arithmetic beside the convolutions, so that each operation counts.</summary>
internal static class SigmoidVector
{
    private const float MinusLog2E = -1.44269504f;

    // 2^r - 1 = r q(r) on [-1/2, 1/2] to 2e-9 of 2^r (a minimax fit); the next coefficient of Taylor's series would not reach half of that.
    private const float Q0 = 0.69314718246f;
    private const float Q1 = 0.24022647738f;
    private const float Q2 = 0.05550332367f;
    private const float Q3 = 0.00961843692f;
    private const float Q4 = 0.00133988750f;
    private const float Q5 = 0.00015353362f;

    /// <summary>1 / (1 + exp(-x)): to about two units in the last place near 0, to 2e-6 of itself at -87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        // Beyond 87 the exponential leaves float32's range, and the result is 0 or 1 to the last bit or nearly so. A NaN may be lost here: the
        // callers multiply with what they asked for, so that a solver that went astray is seen.
        var y = Vector512.MinNative(Vector512.MaxNative(x, Vector512.Create(-87f)), Vector512.Create(87f));
        // exp(-x) = 2^n 2^r.
        var n = Vector512.Round(y * Vector512.Create(MinusLog2E));
        var r = Vector512.FusedMultiplyAdd(y, Vector512.Create(MinusLog2E), -n);
        var q = Vector512.FusedMultiplyAdd(Vector512.Create(Q5), r, Vector512.Create(Q4));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q3));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q2));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q1));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(Q0));
        var power = Vector512.FusedMultiplyAdd(q, r, Vector512<float>.One);
        return Inverse(Vector512<float>.One + Scale(power, n));
    }

    // power 2^n.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale(Vector512<float> power, Vector512<float> n) => Avx512F.IsSupported
        ? Avx512F.Scale(power, n)
        : power * Vector512.ShiftLeft(Vector512.ConvertToInt32(n) + Vector512.Create(127), 23).AsSingle();

    // A division takes as long as all the rest; an estimate of 14 bits and one step of Newton's are as good to the last bit or the one before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Inverse(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512<float>.One / x;
        }

        var estimate = Avx512F.Reciprocal14(x);
        return Vector512.FusedMultiplyAdd(estimate, Avx512F.FusedMultiplyAddNegated(x, estimate, Vector512<float>.One), estimate);
    }
}
