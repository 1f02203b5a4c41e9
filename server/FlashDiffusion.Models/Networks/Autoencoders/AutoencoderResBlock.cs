using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The autoencoder's residual block: twice GroupNorm, SiLU, 3x3 convolution.</summary>
internal sealed class AutoencoderResBlock : NetworkModule
{
    private readonly GroupNormalization _norm1;
    private readonly Convolution2d _conv1;
    private readonly GroupNormalization _norm2;
    private readonly Convolution2d _conv2;
    private readonly Convolution2d? _shortcut;
    private readonly double _dropout;
    private readonly FusedHalves _halves;

    public AutoencoderResBlock(long inChannels, long outChannels, double dropout)
        : base(nameof(AutoencoderResBlock))
    {
        _dropout = dropout;
        _norm1 = new GroupNormalization(inChannels, GroupNormalization.AutoencoderEpsilon);
        _conv1 = new Convolution2d(inChannels, outChannels, kernel: 3, padding: 1);
        _norm2 = new GroupNormalization(outChannels, GroupNormalization.AutoencoderEpsilon);
        _conv2 = new Convolution2d(outChannels, outChannels, kernel: 3, padding: 1);
        register_module("norm1", _norm1);
        register_module("conv1", _conv1);
        register_module("norm2", _norm2);
        register_module("conv2", _conv2);
        _halves = new FusedHalves(_norm1, _conv1, _norm2, _conv2);
        if (inChannels != outChannels)
        {
            _shortcut = new Convolution2d(inChannels, outChannels, kernel: 1);
            register_module("nin_shortcut", _shortcut);
        }
    }

    public Tensor Forward(Tensor x)
    {
        if (_halves.For(x) is { } halves)
        {
            using var beside = _shortcut?.Forward(x);
            return ResidualFunction.Of(x, beside, null, halves);
        }

        using var inner = Half(x, _norm1, _conv1, dropout: 0);
        using var outer = Half(inner, _norm2, _conv2, training ? _dropout : 0);
        if (_shortcut is null)
        {
            return x + outer;
        }

        using var around = _shortcut.Forward(x);
        return around + outer;
    }

    private static Tensor Half(Tensor x, GroupNormalization norm, Convolution2d convolution, double dropout)
    {
        using var activated = norm.ForwardActivated(x);
        if (dropout > 0)
        {
            using var dropped = nn.functional.dropout(activated, dropout, training: true);
            return convolution.Forward(dropped);
        }

        return convolution.Forward(activated);
    }
}
