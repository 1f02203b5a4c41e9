using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Multi-head attention of tokens (B, T, C) to tokens (B, S, context dim).</summary>
internal sealed class CrossAttention : NetworkModule
{
    private readonly LinearMap _toQuery;
    private readonly LinearMap _toKey;
    private readonly LinearMap _toValue;
    private readonly LinearMap _toOut;
    private readonly long _heads;
    private readonly long _headWidth;

    public CrossAttention(long channels, long contextDim, long heads, long headWidth)
        : base(nameof(CrossAttention))
    {
        var inner = heads * headWidth;
        _heads = heads;
        _headWidth = headWidth;
        _toQuery = new LinearMap(channels, inner, bias: false);
        _toKey = new LinearMap(contextDim, inner, bias: false);
        _toValue = new LinearMap(contextDim, inner, bias: false);
        _toOut = new LinearMap(inner, channels);
        register_module("to_q", _toQuery);
        register_module("to_k", _toKey);
        register_module("to_v", _toValue);
        register_module("to_out", new ModuleArray(_toOut));
    }

    public Tensor Forward(Tensor x, Tensor context)
    {
        using var query = Heads(_toQuery, x);
        using var key = Heads(_toKey, context);
        using var value = Heads(_toValue, context);
        using var attended = nn.functional.scaled_dot_product_attention(query, key, value);
        using var transposed = attended.transpose(1, 2);
        using var merged = transposed.reshape(x.shape[0], x.shape[1], -1);
        return _toOut.Forward(merged);
    }

    private Tensor Heads(LinearMap map, Tensor tokens)
    {
        using var projected = map.Forward(tokens);
        using var split = projected.view(tokens.shape[0], tokens.shape[1], _heads, _headWidth);
        return split.transpose(1, 2);
    }
}
