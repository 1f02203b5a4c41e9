using FlashDiffusion.Models.Networks;

namespace FlashDiffusion.Models.Repository;

/// <summary><c>model.json</c> of kind <c>severity-encoder</c>.</summary>
internal sealed record SeverityEncoderManifest : IModelManifest
{
    public const string KindName = "severity-encoder";

    public string Kind => KindName;

    public string Description { get; init; } = string.Empty;

    /// <summary>Latent diffusion model whose latents it predicts.</summary>
    public required string Model { get; init; }

    /// <summary>Version of that model.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Operator family that it was trained on.</summary>
    public required string Operator { get; init; }

    /// <summary>Smallest and largest value in training, by parameter; <c>noise_std</c> is on [0,1].</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<double>> TrainedRanges { get; init; }

    /// <summary>Words of the operator's choices in training, by parameter; what is missing may take any.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> TrainedChoices { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Published configuration of the autoencoder whose encoder's architecture it has.</summary>
    public required NetworkConfig FirstStage { get; init; }

    public required WeightFile Weights { get; init; }

    public required SelfCheckManifest SelfCheck { get; init; }
}
