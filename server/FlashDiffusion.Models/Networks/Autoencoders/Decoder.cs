using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Features (B, z, h, w), after the 1x1 <c>post_quant_conv</c> -> picture (B, 3, f h, f w), about [-1,1].</summary>
internal sealed class Decoder : NetworkModule
{
    private readonly Convolution2d _convIn;
    private readonly AutoencoderMiddle _middle;
    private readonly AutoencoderLevel[] _levels;
    private readonly GroupNormalization _normOut;
    private readonly Convolution2d _convOut;
    private readonly bool _tanhOut;

    public Decoder(AutoencoderShape shape)
        : base(nameof(Decoder))
    {
        shape.Validate();
        var multipliers = shape.ChMult;
        var channels = (long)shape.Ch * multipliers[^1];
        _tanhOut = shape.TanhOut;
        _convIn = new Convolution2d(shape.ZChannels, channels, kernel: 3, padding: 1);
        _middle = new AutoencoderMiddle(shape, channels);
        // Level 0 is the full resolution, so the last one runs first.
        _levels = [.. multipliers.Select((multiplier, level) => new AutoencoderLevel(
            shape,
            inChannels: (long)shape.Ch * multipliers[Math.Min(level + 1, multipliers.Count - 1)],
            outChannels: (long)shape.Ch * multiplier,
            shape.NumResBlocks + 1,
            shape.Resolution >> level,
            level > 0 ? ResolutionChange.Double : ResolutionChange.None))];
        var last = (long)shape.Ch * multipliers[0];
        _normOut = new GroupNormalization(last, GroupNormalization.AutoencoderEpsilon);
        _convOut = new Convolution2d(last, shape.OutCh, kernel: 3, padding: 1);
        register_module("conv_in", _convIn);
        register_module("mid", _middle);
        register_module("up", new ModuleArray(_levels));
        register_module("norm_out", _normOut);
        register_module("conv_out", _convOut);
    }

    public Tensor Forward(Tensor z)
    {
        using var packed = ChannelsLastLayout.Enter(z, _convIn);
        using var entered = _convIn.Forward(packed);
        var h = _middle.Forward(entered);
        for (var level = _levels.Length - 1; level >= 0; level--)
        {
            using var previous = h;
            h = _levels[level].Forward(previous);
        }

        using var features = h;
        using var activated = _normOut.ForwardActivated(features);
        var picture = ChannelsLastLayout.Leave(_convOut.Forward(activated));
        if (!_tanhOut)
        {
            return picture;
        }

        using (picture)
        {
            return picture.tanh();
        }
    }
}
