using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Clipping;

/// <summary>A(x) = clip(gain x, -1, 1); no gradient where it clips.</summary>
internal sealed class ClipOperator : IForwardOperator
{
    private readonly Tensor _gains;

    /// <param name="gains">One gain a row.</param>
    /// <param name="device">Where it computes.</param>
    public ClipOperator(float[] gains, Device device)
    {
        Rows = gains.Length;
        _gains = tensor(gains, [gains.Length, 1, 1, 1], device: device).DetachFromDisposeScope();
    }

    public int Rows { get; }

    public Tensor Forward(Tensor pictures)
    {
        using var amplified = pictures * _gains;
        return amplified.clamp(-1, 1);
    }

    public Tensor Consistent(Tensor measurements) => measurements.clone();

    public Tensor ToImage(Tensor measurements) => measurements.clone();

    public void Dispose() => _gains.Dispose();
}
