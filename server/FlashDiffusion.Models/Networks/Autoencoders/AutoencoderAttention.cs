using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Single-head self-attention over the positions of a feature map, with a residual.</summary>
internal sealed class AutoencoderAttention : NetworkModule
{
    private readonly GroupNormalization _norm;
    private readonly Convolution2d _query;
    private readonly Convolution2d _key;
    private readonly Convolution2d _value;
    private readonly Convolution2d _projection;

    public AutoencoderAttention(long channels)
        : base(nameof(AutoencoderAttention))
    {
        _norm = new GroupNormalization(channels, GroupNormalization.AutoencoderEpsilon);
        _query = new Convolution2d(channels, channels, kernel: 1);
        _key = new Convolution2d(channels, channels, kernel: 1);
        _value = new Convolution2d(channels, channels, kernel: 1);
        _projection = new Convolution2d(channels, channels, kernel: 1);
        register_module("norm", _norm);
        register_module("q", _query);
        register_module("k", _key);
        register_module("v", _value);
        register_module("proj_out", _projection);
    }

    public Tensor Forward(Tensor x)
    {
        using var normed = _norm.Forward(x);
        using var query = Tokens(_query, normed);
        using var key = Tokens(_key, normed);
        using var value = Tokens(_value, normed);
        using var attended = nn.functional.scaled_dot_product_attention(query, key, value);
        using var transposed = attended.transpose(2, 3);
        using var map = transposed.reshape(x.shape);
        using var projected = _projection.Forward(map);
        return x + projected;
    }

    // (B, C, h, w) -> (B, 1 head, h w, C)
    private static Tensor Tokens(Convolution2d projection, Tensor x)
    {
        using var projected = projection.Forward(x);
        using var flat = projected.flatten(2);
        using var transposed = flat.transpose(1, 2);
        using var tokens = transposed.contiguous();
        return tokens.unsqueeze(1);
    }
}
