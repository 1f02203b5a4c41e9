using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The UNet's residual block, conditioned on the timestep, optionally resampling by two.</summary>
internal sealed class ResBlock : NetworkModule, IUNetLayer
{
    private readonly NormedConvolution _inLayers;
    private readonly EmbeddingMap _embeddingLayers;
    private readonly NormedConvolution _outLayers;
    private readonly Convolution2d? _skip;
    private readonly Func<Tensor, Tensor>? _resample;
    private readonly bool _scaleShift;
    private readonly FusedHalves? _halves;

    public ResBlock(UNetConfig config, long inChannels, long outChannels, Func<Tensor, Tensor>? resample = null)
        : base(nameof(ResBlock))
    {
        _scaleShift = config.UseScaleShiftNorm;
        _resample = resample;
        _inLayers = new NormedConvolution(inChannels, outChannels, convolutionIndex: 2, startsAtZero: false);
        _embeddingLayers = new EmbeddingMap(4L * config.ModelChannels, _scaleShift ? 2 * outChannels : outChannels);
        _outLayers = new NormedConvolution(outChannels, outChannels, convolutionIndex: 3, startsAtZero: true, config.Dropout);
        register_module("in_layers", _inLayers);
        register_module("emb_layers", _embeddingLayers);
        register_module("out_layers", _outLayers);
        if (inChannels != outChannels)
        {
            _skip = new Convolution2d(inChannels, outChannels, kernel: 1);
            register_module("skip_connection", _skip);
        }

        if (!_scaleShift && resample is null)
        {
            _halves = new FusedHalves(_inLayers.Norm, _inLayers.Convolution, _outLayers.Norm, _outLayers.Convolution);
        }
    }

    public Tensor Forward(Tensor x, Tensor activatedEmbedding, Tensor? context)
    {
        using var embedding = _embeddingLayers.Forward(activatedEmbedding);
        if (_halves?.For(x) is { } halves)
        {
            using var beside = _skip?.Forward(x);
            return ResidualFunction.Of(x, beside, embedding, halves);
        }

        using var inner = _resample is null ? _inLayers.Forward(x) : _inLayers.Forward(x, _resample);
        using var outer = _scaleShift ? _outLayers.Forward(inner, embedding) : AddThenConvolve(inner, embedding);
        using var around = _resample?.Invoke(x);
        if (_skip is null)
        {
            return (around ?? x) + outer;
        }

        using var skipped = _skip.Forward(around ?? x);
        return skipped + outer;
    }

    private Tensor AddThenConvolve(Tensor inner, Tensor embedding)
    {
        using var sum = inner + embedding;
        return _outLayers.Forward(sum);
    }
}
