using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FlashDiffusion.Models.Networks;

/// <summary>The logistic function of 16 numbers: a sixth of a step's arithmetic beside the convolutions, so that each operation counts.</summary>
internal static class SigmoidVector
{
    /// <summary>1 / (1 + exp(-x)): to about two units in the last place near 0, to 2e-6 of itself at -87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        // Beyond 87 the result is 0 or 1 to the last bit or nearly so. A NaN may be lost here: the
        // callers multiply with what they asked for, so that a solver that went astray is seen.
        var y = Vector512.MinNative(Vector512.MaxNative(x, Vector512.Create(-ExponentialVector.Most)), Vector512.Create(ExponentialVector.Most));
        return Inverse(Vector512<float>.One + ExponentialVector.Of(y, -ExponentialVector.Log2E));
    }

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
