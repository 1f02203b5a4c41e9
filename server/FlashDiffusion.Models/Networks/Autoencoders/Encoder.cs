using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Picture (B, 3, H, W) in [-1,1] -> features (B, z or 2 z, H/f, W/f), before the 1x1 <c>quant_conv</c>.</summary>
internal sealed class Encoder : NetworkModule
{
    private readonly Convolution2d _convIn;
    private readonly AutoencoderLevel[] _levels;
    private readonly AutoencoderMiddle _middle;
    private readonly GroupNormalization _normOut;
    private readonly Convolution2d _convOut;

    public Encoder(AutoencoderShape shape)
        : base(nameof(Encoder))
    {
        shape.Validate();
        var multipliers = shape.ChMult;
        _convIn = new Convolution2d(shape.InChannels, shape.Ch, kernel: 3, padding: 1);
        _levels = [.. multipliers.Select((multiplier, level) => new AutoencoderLevel(
            shape,
            inChannels: (long)shape.Ch * (level == 0 ? 1 : multipliers[level - 1]),
            outChannels: (long)shape.Ch * multiplier,
            shape.NumResBlocks,
            shape.Resolution >> level,
            level < multipliers.Count - 1 ? ResolutionChange.Halve : ResolutionChange.None))];
        var channels = (long)shape.Ch * multipliers[^1];
        _middle = new AutoencoderMiddle(shape, channels);
        _normOut = new GroupNormalization(channels, GroupNormalization.AutoencoderEpsilon);
        _convOut = new Convolution2d(channels, shape.DoubleZ ? 2 * shape.ZChannels : shape.ZChannels, kernel: 3, padding: 1);
        register_module("conv_in", _convIn);
        register_module("down", new ModuleArray(_levels));
        register_module("mid", _middle);
        register_module("norm_out", _normOut);
        register_module("conv_out", _convOut);
    }

    public Tensor Forward(Tensor x)
    {
        using var packed = ChannelsLastLayout.Enter(x, _convIn);
        var h = _convIn.Forward(packed);
        foreach (var level in _levels)
        {
            using var previous = h;
            h = level.Forward(previous);
        }

        using var features = h;
        using var mixed = _middle.Forward(features);
        using var activated = _normOut.ForwardActivated(mixed);
        return ChannelsLastLayout.Leave(_convOut.Forward(activated));
    }
}
