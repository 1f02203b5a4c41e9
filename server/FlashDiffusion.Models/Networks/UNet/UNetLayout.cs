using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Which layers a configuration asks for, in the published order.</summary>
internal sealed class UNetLayout
{
    private readonly UNetConfig _config;
    private readonly Stack<long> _skipChannels = new();
    private long _channels;
    private int _downsampling = 1;

    private UNetLayout(UNetConfig config)
    {
        _config = config;
        InputBlocks = [.. Inputs()];
        MiddleBlock = new UNetBlock(Residual(_channels, _channels), Attention(decoding: false), Residual(_channels, _channels));
        OutputBlocks = [.. Outputs()];
    }

    public UNetBlock[] InputBlocks { get; }

    public UNetBlock MiddleBlock { get; }

    public UNetBlock[] OutputBlocks { get; }

    /// <summary>Channels after the last output block.</summary>
    public long LastChannels => _channels;

    public static UNetLayout Build(UNetConfig config) => new(config);

    private IEnumerable<UNetBlock> Inputs()
    {
        _channels = _config.ModelChannels;
        yield return Remember(new Convolution2d(_config.InChannels, _channels, kernel: 3, padding: 1));
        for (var level = 0; level < _config.ChannelMult.Count; level++)
        {
            for (var i = 0; i < _config.NumResBlocks; i++)
            {
                yield return Remember([.. ResidualWithAttention(_channels, level, decoding: false)]);
            }

            if (level < _config.ChannelMult.Count - 1)
            {
                yield return Remember(_config.ResblockUpdown
                    ? Residual(_channels, _channels, Resampling.Average)
                    : new Downsample(_channels, _config.ConvResample));
                _downsampling *= 2;
            }
        }
    }

    private IEnumerable<UNetBlock> Outputs()
    {
        for (var level = _config.ChannelMult.Count - 1; level >= 0; level--)
        {
            for (var i = 0; i <= _config.NumResBlocks; i++)
            {
                var layers = ResidualWithAttention(_channels + _skipChannels.Pop(), level, decoding: true);
                if (level > 0 && i == _config.NumResBlocks)
                {
                    layers.Add(_config.ResblockUpdown
                        ? Residual(_channels, _channels, Resampling.Enlarge)
                        : new Upsample(_channels, _config.ConvResample));
                    _downsampling /= 2;
                }

                yield return new UNetBlock(layers);
            }
        }
    }

    private UNetBlock Remember(params IReadOnlyList<nn.Module> layers)
    {
        _skipChannels.Push(_channels);
        return new UNetBlock(layers);
    }

    private List<nn.Module> ResidualWithAttention(long inChannels, int level, bool decoding)
    {
        _channels = (long)_config.ChannelMult[level] * _config.ModelChannels;
        var layers = new List<nn.Module> { Residual(inChannels, _channels) };
        if (_config.AttentionResolutions.Contains(_downsampling))
        {
            layers.Add(Attention(decoding));
        }

        return layers;
    }

    private ResBlock Residual(long inChannels, long outChannels, Func<Tensor, Tensor>? resample = null)
        => new(_config, inChannels, outChannels, resample);

    // The published code mixes up heads and head widths in its "legacy" mode; the four cases below are what its numbers follow.
    private nn.Module Attention(bool decoding)
    {
        var byWidth = _config.NumHeadChannels != -1;
        if (_config.UseSpatialTransformer)
        {
            var heads = byWidth ? _channels / _config.NumHeadChannels : _config.NumHeads;
            var width = byWidth && !_config.Legacy ? _config.NumHeadChannels : _channels / heads;
            return new SpatialTransformer(_channels, heads, width, _config.TransformerDepth, _config.ContextDim!.Value);
        }

        if (byWidth)
        {
            return new AttentionBlock(_channels, ExactHeads(_config.NumHeadChannels), _config.UseNewAttentionOrder);
        }

        var upsampleHeads = _config.NumHeadsUpsample == -1 ? _config.NumHeads : _config.NumHeadsUpsample;
        var count = !_config.Legacy ? ExactHeads(_channels / _config.NumHeads) : decoding ? upsampleHeads : _config.NumHeads;
        return new AttentionBlock(_channels, count, _config.UseNewAttentionOrder);
    }

    private long ExactHeads(long width)
        => width > 0 && _channels % width == 0
            ? _channels / width
            : throw new NetworkConfigException($"{_channels} channels can't be split into attention heads of {width}.");
}
