using FlashDiffusion.Models.Networks;

namespace FlashDiffusion.Models.Repository;

/// <summary>A trained severity encoder on its way into a repository that holds its model already.</summary>
internal sealed record SeverityEncoderPackage
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>One line about the encoder.</summary>
    public required string Description { get; init; }

    /// <summary>Name of the latent diffusion model whose latents it predicts.</summary>
    public required string Model { get; init; }

    public required string ModelVersion { get; init; }

    /// <summary>Operator family that it was trained on.</summary>
    public required string Operator { get; init; }

    /// <summary>Ranges of the operator's parameters in training; <c>noise_std</c> is on [0,1].</summary>
    public required IReadOnlyDictionary<string, ParameterRange> TrainedRanges { get; init; }

    /// <summary>Words of the operator's choices in training, by parameter.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> TrainedChoices { get; init; }

    public required SeverityEncoderNetwork Network { get; init; }
}
