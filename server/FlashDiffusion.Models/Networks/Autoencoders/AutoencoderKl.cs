using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The autoencoder with a diagonal Gaussian posterior (published class <c>AutoencoderKL</c>).</summary>
internal sealed class AutoencoderKl : FirstStage
{
    public AutoencoderKl(FirstStageConfig config)
        : base(RequireMoments(config), moments: 2, quantizer: null)
    {
    }

    /// <summary>Mean and raw log variance of the posterior, (B, 2 x latent channels, h, w).</summary>
    public Tensor Moments(Tensor x) => Project(x);

    public DiagonalGaussian Encode(Tensor x)
    {
        using var moments = Moments(x);
        return DiagonalGaussian.FromMoments(moments);
    }

    public override Tensor EncodeMode(Tensor x)
    {
        using var moments = Moments(x);
        return moments.narrow(1, 0, LatentChannels);
    }

    public Tensor Decode(Tensor z) => DecodeUnquantized(z);

    public override Tensor Decode(Tensor z, bool quantize) => DecodeUnquantized(z);

    private static FirstStageConfig RequireMoments(FirstStageConfig config)
        => config.Ddconfig.DoubleZ ? config : throw new NetworkConfigException("AutoencoderKL needs double_z.");
}
