using FlashDiffusion.Models.Operators.Separable;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.CompressedSensing;

/// <summary>y = S T D x for each channel: random signs D, an orthonormal transform T of rows and columns, a subset S of its coefficients.</summary>
internal sealed class SubsetOperator : ILinearForwardOperator
{
    private readonly PictureShape _picture;
    private readonly AxisPair _transform;
    private readonly AxisPair _inverse;
    private readonly Tensor _signs;
    private readonly Tensor _coefficients;

    /// <param name="subsets">One a row, all of one count.</param>
    /// <param name="vertical">T along columns of pixels.</param>
    /// <param name="horizontal">T along rows of pixels.</param>
    /// <param name="picture">Shape of the pictures.</param>
    /// <param name="device">Where it computes.</param>
    public SubsetOperator(IReadOnlyList<MeasuredSubset> subsets, AxisMatrix vertical, AxisMatrix horizontal, PictureShape picture, Device device)
    {
        Rows = subsets.Count;
        _picture = picture;
        _transform = new AxisPair([vertical], [horizontal], device);
        _inverse = new AxisPair([vertical.Transpose()], [horizontal.Transpose()], device);
        float[] signs = [.. subsets.SelectMany(subset => subset.Signs)];
        long[] coefficients = [.. subsets.SelectMany(subset => subset.Coefficients)];
        using var scope = NewDisposeScope();
        _signs = tensor(signs, [Rows, 1, picture.Height, picture.Width], device: device).DetachFromDisposeScope();
        _coefficients = tensor(coefficients, [Rows, 1, subsets[0].Coefficients.Length], device: device).expand(-1, 3, -1).contiguous().DetachFromDisposeScope();
    }

    public int Rows { get; }

    public Tensor Forward(Tensor pictures)
    {
        using var signed = pictures * _signs;
        using var transformed = _transform.Apply(signed);
        using var flat = transformed.flatten(2);
        return flat.gather(2, _coefficients);
    }

    public Tensor Adjoint(Tensor measurements)
    {
        using var scope = NewDisposeScope();
        var flat = zeros([Rows, 3, _picture.Height * _picture.Width], device: measurements.device).scatter(2, _coefficients, measurements);
        return (_inverse.Apply(flat.view(_picture.Batch(Rows))) * _signs).MoveToOuterDisposeScope();
    }

    public Tensor Consistent(Tensor measurements) => measurements.clone();

    public Tensor ToImage(Tensor measurements) => Adjoint(measurements);

    public void Dispose()
    {
        _transform.Dispose();
        _inverse.Dispose();
        _signs.Dispose();
        _coefficients.Dispose();
    }
}
