using FlashDiffusion.Models.Operators.Separable;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators;

/// <summary>
/// y = A(crop(x)): the model works on a picture enlarged to its multiple, and the operator acts on the top left corner that the
/// caller's picture fills, so that consistency stays exact. The severity encoder sees the corner with its borders reflected outwards.
/// </summary>
internal sealed class CroppedOperator : ILinearForwardOperator
{
    private readonly ILinearForwardOperator _inner;
    private readonly PictureShape _crop;
    private readonly PictureShape _whole;
    private readonly Tensor _reflectedRows;
    private readonly Tensor _reflectedColumns;

    /// <param name="inner">A, for pictures of the crop's shape; disposed with this.</param>
    /// <param name="crop">Shape of the caller's picture.</param>
    /// <param name="whole">Shape of the model's picture, at least as large.</param>
    /// <param name="device">Where it computes.</param>
    public CroppedOperator(ILinearForwardOperator inner, PictureShape crop, PictureShape whole, Device device)
    {
        (_inner, _crop, _whole) = (inner, crop, whole);
        _reflectedRows = Reflected(crop.Height, whole.Height, device);
        _reflectedColumns = Reflected(crop.Width, whole.Width, device);
    }

    public int Rows => _inner.Rows;

    public Tensor Forward(Tensor pictures)
    {
        using var corner = pictures[TensorIndex.Ellipsis, TensorIndex.Slice(0, _crop.Height), TensorIndex.Slice(0, _crop.Width)];
        return _inner.Forward(corner);
    }

    public Tensor Adjoint(Tensor measurements)
    {
        using var corner = _inner.Adjoint(measurements);
        return nn.functional.pad(corner, [0, _whole.Width - _crop.Width, 0, _whole.Height - _crop.Height]);
    }

    public Tensor Consistent(Tensor measurements) => _inner.Consistent(measurements);

    public Tensor ToImage(Tensor measurements)
    {
        using var corner = _inner.ToImage(measurements);
        using var tall = corner.index_select(2, _reflectedRows);
        return tall.index_select(3, _reflectedColumns);
    }

    public void Dispose()
    {
        _reflectedRows.Dispose();
        _reflectedColumns.Dispose();
        _inner.Dispose();
    }

    private static Tensor Reflected(int length, int padded, Device device) =>
        tensor(Enumerable.Range(0, padded).Select(i => (long)AxisBorder.Reflect(i, length)).ToArray(), device: device).DetachFromDisposeScope();
}
