namespace FlashDiffusion.Models.Networks;

/// <summary>Builds networks from published <c>{target, params}</c> configurations. Their parameters are not initialised.</summary>
internal static class NetworkFactory
{
    public static UNetModel UNet(NetworkConfig config)
        => config.ClassName == "UNetModel"
            ? new UNetModel(config.Read<UNetConfig>())
            : throw new NetworkConfigException($"Unknown diffusion network '{config.Target}'.");

    public static FirstStage FirstStage(NetworkConfig config)
        => IsQuantized(config)
            ? new VqAutoencoder(config.Read<FirstStageConfig>())
            : new AutoencoderKl(config.Read<FirstStageConfig>());

    /// <summary>The severity encoder that predicts latents of the autoencoder <paramref name="firstStage"/>.</summary>
    public static SeverityEncoderNetwork SeverityEncoder(NetworkConfig firstStage, Compatibility compatibility = Compatibility.Standard)
        => new(firstStage.Read<FirstStageConfig>(), IsQuantized(firstStage), compatibility);

    private static bool IsQuantized(NetworkConfig config) => config.ClassName switch
    {
        "VQModel" or "VQModelInterface" => true,
        "AutoencoderKL" => false,
        _ => throw new NetworkConfigException($"Unknown autoencoder '{config.Target}'."),
    };
}
