using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Self-attention, cross-attention and a gated feed-forward net, each on a layer norm and with a residual.</summary>
internal sealed class TransformerBlock : NetworkModule
{
    private readonly CrossAttention _selfAttention;
    private readonly GatedFeedForward _feedForward;
    private readonly CrossAttention _crossAttention;
    private readonly LayerNormalization _norm1;
    private readonly LayerNormalization _norm2;
    private readonly LayerNormalization _norm3;

    public TransformerBlock(long channels, long heads, long headWidth, long contextDim)
        : base(nameof(TransformerBlock))
    {
        _selfAttention = new CrossAttention(channels, channels, heads, headWidth);
        _feedForward = new GatedFeedForward(channels);
        _crossAttention = new CrossAttention(channels, contextDim, heads, headWidth);
        _norm1 = new LayerNormalization(channels);
        _norm2 = new LayerNormalization(channels);
        _norm3 = new LayerNormalization(channels);
        register_module("attn1", _selfAttention);
        register_module("ff", _feedForward);
        register_module("attn2", _crossAttention);
        register_module("norm1", _norm1);
        register_module("norm2", _norm2);
        register_module("norm3", _norm3);
    }

    /// <param name="x">Tokens (B, T, C).</param>
    /// <param name="context">Tokens to attend to (B, S, context dim); null attends to <paramref name="x"/> itself.</param>
    public Tensor Forward(Tensor x, Tensor? context)
    {
        using var normed1 = _norm1.Forward(x);
        using var attended1 = _selfAttention.Forward(normed1, normed1);
        using var h1 = attended1 + x;
        using var normed2 = _norm2.Forward(h1);
        using var attended2 = _crossAttention.Forward(normed2, context ?? normed2);
        using var h2 = attended2 + h1;
        using var normed3 = _norm3.Forward(h2);
        using var fed = _feedForward.Forward(normed3);
        return fed + h2;
    }
}
