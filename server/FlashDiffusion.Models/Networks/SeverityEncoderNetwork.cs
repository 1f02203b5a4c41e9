using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>
/// The severity encoder: an autoencoder's encoder that looks at a degraded picture and predicts its clean latent and how wrong
/// that prediction is (published class <c>LDMSevEncoder</c>).
/// </summary>
/// <remarks>
/// Adapt and Diffuse (arXiv 2309.06642), section 3.1. The deviations come from the second half of a KL encoder's channels, or, for a
/// quantised autoencoder, from a 1x1 <c>std_conv</c> on the mean; the severity is the mean of their squares. The research code gives
/// <c>std_conv</c> as many channels as the encoder has latent ones, although it sees <c>quant_conv</c>'s output (QUIRKS 10).
/// </remarks>
internal sealed class SeverityEncoderNetwork : NetworkModule
{
    private readonly Encoder _encoder;
    private readonly Convolution2d _quantConv;
    private readonly Convolution2d? _stdConv;
    private readonly int _latentChannels;

    /// <param name="config">The autoencoder whose latents are predicted.</param>
    /// <param name="quantized">Whether that autoencoder is a vector-quantised one.</param>
    /// <param name="compatibility">Official refuses what the research code can't run: a std_conv of other channels than its input's.</param>
    public SeverityEncoderNetwork(FirstStageConfig config, bool quantized, Compatibility compatibility = Compatibility.Standard)
        : base(nameof(SeverityEncoderNetwork))
    {
        var shape = config.Ddconfig;
        if (compatibility == Compatibility.Official && quantized && config.EmbedDim != shape.ZChannels)
        {
            throw new NetworkConfigException($"The research code's std_conv needs embed_dim = z_channels, not {config.EmbedDim} and {shape.ZChannels}.");
        }

        if (!quantized && !shape.DoubleZ)
        {
            throw new NetworkConfigException("A severity encoder for a KL autoencoder needs double_z.");
        }

        Config = config;
        _latentChannels = config.EmbedDim;
        _encoder = new Encoder(shape);
        _quantConv = new Convolution2d(shape.DoubleZ ? 2 * shape.ZChannels : shape.ZChannels, quantized ? config.EmbedDim : 2 * config.EmbedDim, kernel: 1);
        register_module("encoder", _encoder);
        register_module("quant_conv", _quantConv);
        if (quantized)
        {
            _stdConv = new Convolution2d(config.EmbedDim, config.EmbedDim, kernel: 1);
            register_module("std_conv", _stdConv);
        }
    }

    public FirstStageConfig Config { get; }

    /// <summary>What the encoder gives after <c>quant_conv</c>: means, and for a KL encoder deviations after them.</summary>
    public Tensor Project(Tensor y)
    {
        using var features = _encoder.Forward(y);
        return _quantConv.Forward(features);
    }

    /// <param name="y">Degraded pictures (B, 3, H, W) in [-1,1].</param>
    public SeverityPrediction Forward(Tensor y)
    {
        using var projected = Project(y);
        return FromProjection(projected);
    }

    /// <summary>Mean and severity from what <see cref="Project"/> gave.</summary>
    public SeverityPrediction FromProjection(Tensor projected)
    {
        var mean = projected.narrow(1, 0, _latentChannels);
        using var deviation = _stdConv?.Forward(mean) ?? projected.narrow(1, _latentChannels, _latentChannels);
        using var squared = deviation.square();
        return new SeverityPrediction(mean, squared.mean([1L, 2, 3]));
    }
}
