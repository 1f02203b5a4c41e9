using System.Collections.Concurrent;
using FlashDiffusion.Models.Operators.Separable;

namespace FlashDiffusion.Models.Operators.Blur;

/// <summary>Keeps the matrices of recent blurs, so that rows joining a batch do not rebuild them. Safe to use from any thread.</summary>
internal sealed class BlurMatrixCache
{
    // At the largest pictures (512 pixels) a pair takes 4 MB.
    private const int Capacity = 16;
    private readonly ConcurrentDictionary<(int Length, int KernelSize, double Std, Compatibility), (AxisMatrix Forward, AxisMatrix Adjoint)> _pairs = new();

    public (AxisMatrix Forward, AxisMatrix Adjoint) Get(int length, int kernelSize, double std, Compatibility compatibility)
    {
        var key = (length, kernelSize, std, compatibility);
        if (_pairs.TryGetValue(key, out var pair))
        {
            return pair;
        }

        var kernel = GaussianKernel.Create(kernelSize, std);
        var forward = BlurMatrix.Reflected(length, kernel);
        pair = (forward, compatibility == Compatibility.Official ? BlurMatrix.OfficialTranspose(length, kernel) : forward.Transpose());
        if (_pairs.Count >= Capacity)
        {
            _pairs.Clear();
        }

        _pairs[key] = pair;
        return pair;
    }
}
