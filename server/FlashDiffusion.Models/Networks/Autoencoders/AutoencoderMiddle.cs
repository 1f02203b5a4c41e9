using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The lowest resolution of encoder and decoder: block, attention (unless the configuration has none), block.</summary>
internal sealed class AutoencoderMiddle : NetworkModule
{
    private readonly AutoencoderResBlock _first;
    private readonly AutoencoderAttention? _attention;
    private readonly AutoencoderResBlock _second;

    public AutoencoderMiddle(AutoencoderShape shape, long channels)
        : base(nameof(AutoencoderMiddle))
    {
        _first = new AutoencoderResBlock(channels, channels, shape.Dropout);
        _second = new AutoencoderResBlock(channels, channels, shape.Dropout);
        register_module("block_1", _first);
        if (shape.HasAttention)
        {
            _attention = new AutoencoderAttention(channels);
            register_module("attn_1", _attention);
        }

        register_module("block_2", _second);
    }

    public Tensor Forward(Tensor x)
    {
        using var first = _first.Forward(x);
        if (_attention is null)
        {
            return _second.Forward(first);
        }

        using var attended = _attention.Forward(first);
        return _second.Forward(attended);
    }
}
