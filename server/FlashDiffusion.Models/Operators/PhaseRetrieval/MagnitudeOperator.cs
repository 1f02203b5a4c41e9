using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.PhaseRetrieval;

/// <summary>A(x) = |F pad(s x + o)|, F orthonormal, with s = 1 and o = 0, or both 1/2 for a picture on [0, 1].</summary>
internal sealed class MagnitudeOperator : IForwardOperator
{
    private static readonly long[] Axes = [-2, -1];
    private readonly PictureShape _picture;
    private readonly long[] _padding;
    private readonly Tensor _scales;
    private readonly Tensor _offsets;

    /// <param name="unitRange">Whether the picture is transformed on [0, 1], one a row.</param>
    /// <param name="picture">Shape of the pictures.</param>
    /// <param name="margins">Rows and columns of zeros at each side.</param>
    /// <param name="device">Where it computes.</param>
    public MagnitudeOperator(bool[] unitRange, PictureShape picture, (int Vertical, int Horizontal) margins, Device device)
    {
        Rows = unitRange.Length;
        _picture = picture;
        _padding = [margins.Horizontal, margins.Horizontal, margins.Vertical, margins.Vertical];
        _scales = tensor(Array.ConvertAll(unitRange, unit => unit ? 0.5f : 1f), [Rows, 1, 1, 1], device: device).DetachFromDisposeScope();
        _offsets = tensor(Array.ConvertAll(unitRange, unit => unit ? 0.5f : 0f), [Rows, 1, 1, 1], device: device).DetachFromDisposeScope();
    }

    public int Rows { get; }

    public Tensor Forward(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        var padded = nn.functional.pad((pictures * _scales) + _offsets, _padding, PaddingModes.Constant, 0);
        return fft.fft2(padded, null, Axes, FFTNormType.Ortho).abs().MoveToOuterDisposeScope();
    }

    public Tensor Consistent(Tensor measurements) => measurements.clone();

    // The picture of these magnitudes whose phases are all zero, its peak scaled to 1: a blob, but all that one look can give.
    public Tensor ToImage(Tensor measurements)
    {
        using var scope = NewDisposeScope();
        var centred = fft.fftshift(fft.ifft2(measurements, null, Axes, FFTNormType.Ortho).real, Axes);
        var cut = centred.narrow(2, _padding[2], _picture.Height).narrow(3, _padding[0], _picture.Width);
        var peak = cut.flatten(1).abs().amax([1], keepdim: true).clamp_min(1e-6).view(-1, 1, 1, 1);
        return (cut / peak).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _scales.Dispose();
        _offsets.Dispose();
    }
}
