using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Multi-head self-attention over positions, with a residual.</summary>
/// <remarks>
/// The published order splits the heads first and then query, key and value; the newer one the other way round. Nothing is
/// recomputed in the backward pass: the published checkpointing can't be differentiated with frozen weights.
/// </remarks>
internal sealed class AttentionBlock : NetworkModule, IUNetLayer, IFusable
{
    private static readonly long[] HeadsFirst = [2, 0, 1, 4, 3];
    private static readonly long[] ProjectionsFirst = [1, 0, 2, 4, 3];
    private static readonly long[] TokenHeadsFirst = [3, 0, 2, 1, 4];
    private static readonly long[] TokenProjectionsFirst = [2, 0, 3, 1, 4];

    private readonly GroupNormalization _norm;
    private readonly Convolution1d _queryKeyValue;
    private readonly Convolution1d _projection;
    private readonly long _channels;
    private readonly long _heads;
    private readonly bool _newOrder;
    private readonly HeadLayout _layout;
    private AttentionSettings? _fused;
    private bool _isFused;

    public AttentionBlock(long channels, long heads, bool newOrder)
        : base(nameof(AttentionBlock))
    {
        if (heads < 1 || channels % heads != 0)
        {
            throw new NetworkConfigException($"{channels} channels can't be split into {heads} attention heads.");
        }

        _channels = channels;
        _heads = heads;
        _newOrder = newOrder;
        _layout = new HeadLayout((int)channels, (int)heads, newOrder);
        _norm = new GroupNormalization(channels, GroupNormalization.UNetEpsilon);
        _queryKeyValue = new Convolution1d(channels, 3 * channels);
        _projection = new Convolution1d(channels, channels, startsAtZero: true);
        register_module("norm", _norm);
        register_module("qkv", _queryKeyValue);
        register_module("proj_out", _projection);
    }

    public Tensor Forward(Tensor x, Tensor activatedEmbedding, Tensor? context)
    {
        if (_fused is not null && AttentionFunction.Suits(x, _norm))
        {
            return AttentionFunction.Of(x, _fused);
        }

        if (ChannelsLastLayout.Is(x))
        {
            return ForwardTokens(x);
        }

        var shape = x.shape;
        var batch = shape[0];
        var width = _channels / _heads;
        using var flat = x.view(batch, _channels, -1);
        using var normed = _norm.Forward(flat);
        using var packed = _queryKeyValue.Forward(normed);
        using var split = _newOrder ? packed.view(batch, 3, _heads, width, -1) : packed.view(batch, _heads, 3, width, -1);
        using var permuted = split.permute(_newOrder ? ProjectionsFirst : HeadsFirst);
        using var attended = Attend(permuted);
        using var transposed = attended.transpose(2, 3);
        using var merged = transposed.reshape(batch, _channels, -1);
        using var projected = _projection.Forward(merged);
        using var sum = flat + projected;
        return sum.view(shape);
    }

    /// <inheritdoc/>
    public void Fuse()
    {
        _isFused = true;
        if (_channels <= AttentionFunction.MostChannels && _channels / _heads % WinogradProduct.HalfPanel == 0)
        {
            _fused ??= new AttentionSettings(
                _norm.Alone, Matrix(_queryKeyValue), _queryKeyValue.Bias, Matrix(_projection), _projection.Bias, _layout);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _fused?.Dispose();
        }

        base.Dispose(disposing);
    }

    private static LaidOutWeight Matrix(Convolution1d layer) => new(layer.Weight, (weight, _) => weight.permute(2, 1, 0));

    // The same where features lie as tokens already.
    private Tensor ForwardTokens(Tensor x)
    {
        var shape = x.shape;
        var (batch, width) = (shape[0], _channels / _heads);
        using var normed = _norm.Forward(x);
        using var tokens = ChannelsLastLayout.ToTokens(normed);
        using var packed = _queryKeyValue.ForwardTokens(tokens);
        using var merged = AttendTokens(packed, batch, width);
        using var projected = _projection.ForwardTokens(merged);
        using var map = ChannelsLastLayout.FromTokens(projected, shape[2], shape[3]);
        return x + map;
    }

    // (B, positions, 3 C) -> (B, positions, C)
    private Tensor AttendTokens(Tensor packed, long batch, long width)
    {
        if (_isFused && TokenAttention.Suits(packed, _layout))
        {
            return TokenAttention.Of(packed, _layout);
        }

        using var split = _newOrder ? packed.view(batch, -1, 3, _heads, width) : packed.view(batch, -1, _heads, 3, width);
        using var permuted = split.permute(_newOrder ? TokenProjectionsFirst : TokenHeadsFirst);
        using var attended = Attend(permuted);
        using var transposed = attended.transpose(1, 2);
        return transposed.reshape(batch, -1, _channels);
    }

    // (query key value, B, heads, positions, width) -> (B, heads, positions, width)
    private static Tensor Attend(Tensor permuted)
    {
        using var ordered = permuted.contiguous();
        // In one: the gradients of three selections would be three maps of zeros with a part filled in, and their sum.
        var parts = ordered.unbind(0);
        using var query = parts[0];
        using var key = parts[1];
        using var value = parts[2];
        return nn.functional.scaled_dot_product_attention(query, key, value);
    }
}
