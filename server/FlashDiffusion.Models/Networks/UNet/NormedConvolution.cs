using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>GroupNorm, SiLU, optional dropout and a 3x3 convolution, registered as the children of a published <c>nn.Sequential</c>.</summary>
internal sealed class NormedConvolution : NetworkModule
{
    private readonly GroupNormalization _norm;
    private readonly Convolution2d _convolution;
    private readonly double _dropout;

    /// <param name="inChannels">Channels that arrive.</param>
    /// <param name="outChannels">Channels that leave.</param>
    /// <param name="convolutionIndex">Place of the convolution in the sequence: 2, or 3 where a dropout stands before it.</param>
    /// <param name="startsAtZero">Whether training from scratch begins with a zero convolution.</param>
    /// <param name="dropout">Probability of the dropout before the convolution, in training only.</param>
    public NormedConvolution(long inChannels, long outChannels, int convolutionIndex, bool startsAtZero, double dropout = 0)
        : base(nameof(NormedConvolution))
    {
        _norm = new GroupNormalization(inChannels, GroupNormalization.UNetEpsilon);
        _convolution = new Convolution2d(inChannels, outChannels, kernel: 3, padding: 1, startsAtZero: startsAtZero);
        _dropout = dropout;
        register_module("0", _norm);
        register_module($"{convolutionIndex}", _convolution);
    }

    public GroupNormalization Norm => _norm;

    public Convolution2d Convolution => _convolution;

    public Tensor Forward(Tensor x)
    {
        using var activated = _norm.ForwardActivated(x);
        return Convolve(activated);
    }

    /// <summary>Convolves <c>norm(x) (1 + scale) + shift</c>.</summary>
    /// <param name="x">Features (B, C, h, w).</param>
    /// <param name="scaleShift">(B, 2 C, 1, 1): the scale, then the shift.</param>
    public Tensor Forward(Tensor x, Tensor scaleShift)
    {
        using var normed = _norm.Forward(x);
        var halves = scaleShift.chunk(2, dim: 1);
        using var scale = halves[0];
        using var shift = halves[1];
        using var factor = scale + 1;
        using var scaled = normed * factor;
        using var shifted = scaled + shift;
        using var activated = shifted.silu();
        return Convolve(activated);
    }

    /// <summary>Convolves after resampling the activation.</summary>
    public Tensor Forward(Tensor x, Func<Tensor, Tensor> resample)
    {
        using var activated = _norm.ForwardActivated(x);
        using var resampled = resample(activated);
        return _convolution.Forward(resampled);
    }

    private Tensor Convolve(Tensor activated)
    {
        if (_dropout > 0 && training)
        {
            using var dropped = nn.functional.dropout(activated, _dropout, training: true);
            return _convolution.Forward(dropped);
        }

        return _convolution.Forward(activated);
    }
}
