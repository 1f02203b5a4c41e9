using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Separable;

/// <summary>
/// A linear operator that acts along rows and columns of pixels independently, such as a Gaussian blur or a resampling, as two
/// small matrix products a picture. A hundred times cheaper on a CPU than a 61x61 convolution, with the exact adjoint for free.
/// </summary>
internal sealed class SeparableOperator : ILinearForwardOperator
{
    private readonly AxisPair _forward;
    private readonly AxisPair _adjoint;
    private readonly AxisPair? _toImage;

    /// <param name="rows">Matrices of each row, all of one shape.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="enlargement">Matrices that make a picture of a smaller measurement; null if it has the picture's shape.</param>
    public SeparableOperator(IReadOnlyList<SeparableRow> rows, Device device, (AxisMatrix Vertical, AxisMatrix Horizontal)? enlargement = null)
    {
        Rows = rows.Count;
        _forward = new AxisPair([.. rows.Select(r => r.Vertical)], [.. rows.Select(r => r.Horizontal)], device);
        _adjoint = new AxisPair([.. rows.Select(r => r.VerticalAdjoint)], [.. rows.Select(r => r.HorizontalAdjoint)], device);
        _toImage = enlargement is { } pair ? new AxisPair([pair.Vertical], [pair.Horizontal], device) : null;
    }

    public int Rows { get; }

    public Tensor Forward(Tensor pictures) => _forward.Apply(pictures);

    public Tensor Adjoint(Tensor measurements) => _adjoint.Apply(measurements);

    public Tensor Consistent(Tensor measurements) => measurements.clone();

    public Tensor ToImage(Tensor measurements) => _toImage?.Apply(measurements) ?? measurements.clone();

    public void Dispose()
    {
        _forward.Dispose();
        _adjoint.Dispose();
        _toImage?.Dispose();
    }
}
