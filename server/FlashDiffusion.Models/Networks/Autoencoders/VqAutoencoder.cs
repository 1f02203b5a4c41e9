using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The vector-quantised autoencoder (published classes <c>VQModel</c> and <c>VQModelInterface</c>, which differ only in when they quantise).</summary>
internal sealed class VqAutoencoder : FirstStage
{
    private readonly VectorQuantizer _quantizer;

    public VqAutoencoder(FirstStageConfig config)
        : this(config, new VectorQuantizer(config.NEmbed ?? throw new NetworkConfigException("A VQ autoencoder needs n_embed."), config.EmbedDim))
    {
    }

    private VqAutoencoder(FirstStageConfig config, VectorQuantizer quantizer)
        : base(config, moments: 1, quantizer)
    {
        _quantizer = quantizer;
    }

    public VectorQuantizer Quantizer => _quantizer;

    /// <summary>The latent before quantisation.</summary>
    public override Tensor EncodeMode(Tensor x) => Project(x);

    public override Tensor Decode(Tensor z, bool quantize)
    {
        if (!quantize)
        {
            return DecodeUnquantized(z);
        }

        using var quantized = _quantizer.Quantize(z);
        return DecodeUnquantized(quantized);
    }
}
