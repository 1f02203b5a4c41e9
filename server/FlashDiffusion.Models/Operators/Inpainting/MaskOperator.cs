using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Inpainting;

/// <summary>
/// Inpainting: A x = m x pixel by pixel, the same for all channels, so that removed pixels are 0 in [-1, 1] and A is linear. Values
/// sent for removed pixels are ignored; the severity encoder sees -1 there.
/// </summary>
internal sealed class MaskOperator : ILinearForwardOperator
{
    private readonly Tensor _mask;
    private readonly Tensor _removed;

    /// <param name="masks">One mask a row, all of one size.</param>
    /// <param name="device">Where it computes.</param>
    public MaskOperator(IReadOnlyList<OperatorMask> masks, Device device)
    {
        Rows = masks.Count;
        float[] values = [.. masks.SelectMany(mask => mask.Values)];
        _mask = tensor(values, [masks.Count, 1, masks[0].Height, masks[0].Width], device: device).DetachFromDisposeScope();
        _removed = _mask.eq(0).DetachFromDisposeScope();
    }

    public int Rows { get; }

    public Tensor Forward(Tensor pictures) => pictures * _mask;

    public Tensor Adjoint(Tensor measurements) => measurements * _mask;

    // A fill, not a product: 0 times NaN would be NaN.
    public Tensor Consistent(Tensor measurements) => measurements.masked_fill(_removed, 0);

    // m x + m - 1 is what the mask makes on [0, 1] of a picture, seen on [-1, 1]: black where removed, darkened at a soft rim.
    public Tensor ToImage(Tensor measurements)
    {
        using var kept = Consistent(measurements);
        using var brightened = kept + _mask;
        return brightened - 1;
    }

    public void Dispose()
    {
        _mask.Dispose();
        _removed.Dispose();
    }
}
