using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>One resolution of encoder or decoder: blocks, each followed by attention where asked for, then the change of resolution.</summary>
internal sealed class AutoencoderLevel : NetworkModule
{
    private readonly AutoencoderResBlock[] _blocks;
    private readonly AutoencoderAttention[] _attention;
    private readonly AutoencoderDownsample? _downsample;
    private readonly Upsample? _upsample;

    /// <param name="shape">The autoencoder's sizes.</param>
    /// <param name="inChannels">Channels that arrive.</param>
    /// <param name="outChannels">Channels that leave.</param>
    /// <param name="blocks">Number of residual blocks.</param>
    /// <param name="resolution">Nominal feature size, which decides about attention.</param>
    /// <param name="change">What follows the blocks.</param>
    public AutoencoderLevel(AutoencoderShape shape, long inChannels, long outChannels, int blocks, int resolution, ResolutionChange change)
        : base(nameof(AutoencoderLevel))
    {
        _blocks = [.. Enumerable.Range(0, blocks).Select(i => new AutoencoderResBlock(i == 0 ? inChannels : outChannels, outChannels, shape.Dropout))];
        _attention = shape.AttnResolutions.Contains(resolution)
            ? [.. _blocks.Select(_ => new AutoencoderAttention(outChannels))]
            : [];
        register_module("block", new ModuleArray(_blocks));
        register_module("attn", new ModuleArray(_attention));
        if (change == ResolutionChange.Halve)
        {
            _downsample = new AutoencoderDownsample(outChannels, shape.ResampWithConv);
            register_module("downsample", _downsample);
        }
        else if (change == ResolutionChange.Double)
        {
            _upsample = new Upsample(outChannels, shape.ResampWithConv);
            register_module("upsample", _upsample);
        }
    }

    public Tensor Forward(Tensor x)
    {
        var h = _blocks[0].Forward(x);
        h = Attend(0, h);
        for (var i = 1; i < _blocks.Length; i++)
        {
            using var previous = h;
            h = Attend(i, _blocks[i].Forward(previous));
        }

        if (_downsample is null && _upsample is null)
        {
            return h;
        }

        using (h)
        {
            return _downsample?.Forward(h) ?? _upsample!.Forward(h);
        }
    }

    private Tensor Attend(int block, Tensor h)
    {
        if (_attention.Length == 0)
        {
            return h;
        }

        using (h)
        {
            return _attention[block].Forward(h);
        }
    }
}
