using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Doubles height and width by nearest neighbour, followed by a 3x3 convolution (<c>conv</c>) where the configuration resamples with one.</summary>
internal sealed class Upsample : NetworkModule, IFusable, IUNetLayer
{
    private static readonly long[] Stride = [2, 2];
    private static readonly long[] Padding = [1, 1];

    private readonly Convolution2d? _convolution;
    private Tensor? _fused;
    private PackedWeight? _packed;
    private WinogradSettings? _winograd;

    public Upsample(long channels, bool convolve)
        : base(nameof(Upsample))
    {
        if (convolve)
        {
            _convolution = new Convolution2d(channels, channels, kernel: 3, padding: 1);
            register_module("conv", _convolution);
        }
    }

    public Tensor Forward(Tensor x)
    {
        if (_winograd is not null && WinogradConvolution.Suits(x, _winograd))
        {
            return WinogradConvolution.Of(x, _winograd);
        }

        if (_fused is not null)
        {
            return nn.functional.conv_transpose2d(x, _packed?.For(x, _fused) ?? _fused, _convolution!.Bias, strides: Stride, padding: Padding);
        }

        var enlarged = Resampling.Enlarge(x);
        if (_convolution is null)
        {
            return enlarged;
        }

        using (enlarged)
        {
            return _convolution.Forward(enlarged);
        }
    }

    /// <summary>
    /// Turns enlargement and convolution into one transposed convolution with a 4x4 kernel. Of the nine taps only four fall on
    /// different pixels of the small picture, so it takes 4/9 of the arithmetic; the sums differ by rounding only.
    /// </summary>
    public void Fuse()
    {
        if (_convolution is null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var weight = _convolution.Weight;
        // Row k says which taps of the 3x3 kernel meet at offset k of the 4x4 one.
        var taps = tensor(new float[] { 0, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0 }, [4, 3]).to(weight.dtype, weight.device);
        var combined = einsum("ka,lb,oiab->iokl", taps, taps, weight).contiguous();
        _fused?.Dispose();
        _fused = combined.DetachFromDisposeScope();
        _packed?.Dispose();
        _packed = PackedWeight.For(_fused);
        if (_winograd is null && WinogradWeight.For(weight, enlarged: true) is { } transformed)
        {
            _winograd = new WinogradSettings(transformed, _convolution.Bias, weight.shape[1], weight.shape[0]);
        }
    }

    Tensor IUNetLayer.Forward(Tensor x, Tensor activatedEmbedding, Tensor? context) => Forward(x);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _fused?.Dispose();
            _packed?.Dispose();
            _winograd?.Weight.Dispose();
        }

        base.Dispose(disposing);
    }
}
