using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Transformer blocks over the positions of a feature map, with cross-attention to context tokens.</summary>
internal sealed class SpatialTransformer : NetworkModule, IUNetLayer
{
    private readonly GroupNormalization _norm;
    private readonly Convolution2d _projectionIn;
    private readonly TransformerBlock[] _blocks;
    private readonly Convolution2d _projectionOut;

    public SpatialTransformer(long channels, long heads, long headWidth, int depth, long contextDim)
        : base(nameof(SpatialTransformer))
    {
        var inner = heads * headWidth;
        _norm = new GroupNormalization(channels, GroupNormalization.AutoencoderEpsilon);
        _projectionIn = new Convolution2d(channels, inner, kernel: 1);
        _blocks = [.. Enumerable.Range(0, depth).Select(_ => new TransformerBlock(inner, heads, headWidth, contextDim))];
        _projectionOut = new Convolution2d(inner, channels, kernel: 1, startsAtZero: true);
        register_module("norm", _norm);
        register_module("proj_in", _projectionIn);
        register_module("transformer_blocks", new ModuleArray(_blocks));
        register_module("proj_out", _projectionOut);
    }

    public Tensor Forward(Tensor x, Tensor activatedEmbedding, Tensor? context)
    {
        using var tokens = ToTokens(x);
        var h = tokens.alias();
        foreach (var block in _blocks)
        {
            var previous = h;
            h = block.Forward(previous, context);
            previous.Dispose();
        }

        using (h)
        {
            using var transposed = h.transpose(1, 2);
            using var map = transposed.reshape(x.shape[0], -1, x.shape[2], x.shape[3]);
            using var projected = _projectionOut.Forward(map);
            return x + projected;
        }
    }

    private Tensor ToTokens(Tensor x)
    {
        using var normed = _norm.Forward(x);
        using var projected = _projectionIn.Forward(normed);
        using var flat = projected.flatten(2);
        using var transposed = flat.transpose(1, 2);
        return transposed.contiguous();
    }
}
