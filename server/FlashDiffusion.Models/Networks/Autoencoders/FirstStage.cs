using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A first stage of latent diffusion: an autoencoder between pictures in [-1,1] and latents, both directions differentiable.</summary>
internal abstract class FirstStage : NetworkModule
{
    private readonly Encoder _encoder;
    private readonly Decoder _decoder;
    private readonly Convolution2d _quantConv;
    private readonly Convolution2d _postQuantConv;

    /// <param name="config">Sizes.</param>
    /// <param name="moments">Channels of what <c>quant_conv</c> gives, per latent channel: 2 for mean and log variance, else 1.</param>
    /// <param name="quantizer">The codebook, registered between decoder and 1x1 convolutions as published; null for none.</param>
    private protected FirstStage(FirstStageConfig config, int moments, VectorQuantizer? quantizer)
        : base(nameof(FirstStage))
    {
        Config = config;
        var shape = config.Ddconfig;
        _encoder = new Encoder(shape);
        _decoder = new Decoder(shape);
        _quantConv = new Convolution2d(shape.DoubleZ ? 2 * shape.ZChannels : shape.ZChannels, moments * config.EmbedDim, kernel: 1);
        _postQuantConv = new Convolution2d(config.EmbedDim, shape.ZChannels, kernel: 1);
        register_module("encoder", _encoder);
        register_module("decoder", _decoder);
        if (quantizer is not null)
        {
            register_module("quantize", quantizer);
        }

        register_module("quant_conv", _quantConv);
        register_module("post_quant_conv", _postQuantConv);
    }

    public FirstStageConfig Config { get; }

    /// <summary>Factor between picture and latent height and width.</summary>
    public int Downsampling => Config.Ddconfig.Downsampling;

    public int LatentChannels => Config.EmbedDim;

    public Encoder Encoder => _encoder;

    public Convolution2d QuantConv => _quantConv;

    /// <summary>The deterministic latent of a picture: the posterior's mode, or the latent before quantisation.</summary>
    /// <param name="x">Pictures (B, 3, H, W) in [-1,1], H and W divisible by <see cref="Downsampling"/>.</param>
    public abstract Tensor EncodeMode(Tensor x);

    /// <summary>The picture of a latent; a quantised autoencoder snaps it to its codebook first if <paramref name="quantize"/> says so.</summary>
    /// <param name="z">Latents (B, <see cref="LatentChannels"/>, h, w).</param>
    /// <param name="quantize">Ignored by autoencoders without a codebook. Its gradient is the straight-through one.</param>
    public abstract Tensor Decode(Tensor z, bool quantize);

    /// <summary>What the encoder gives after the 1x1 <c>quant_conv</c>.</summary>
    protected Tensor Project(Tensor x)
    {
        using var features = _encoder.Forward(x);
        return _quantConv.Forward(features);
    }

    protected Tensor DecodeUnquantized(Tensor z)
    {
        using var features = _postQuantConv.Forward(z);
        return _decoder.Forward(features);
    }
}
