using FlashDiffusion.Models.Networks;

namespace FlashDiffusion.Models.Repository;

/// <summary><c>model.json</c> of kind <c>latent-diffusion</c>.</summary>
internal sealed record LatentDiffusionManifest : IModelManifest
{
    public const string KindName = "latent-diffusion";

    public string Kind => KindName;

    public string Description { get; init; } = string.Empty;

    /// <summary>Published configuration of the autoencoder.</summary>
    public required NetworkConfig FirstStage { get; init; }

    /// <summary>Published configuration of the diffusion network.</summary>
    public required NetworkConfig Unet { get; init; }

    public required ScheduleManifest Schedule { get; init; }

    /// <summary>Factor from the autoencoder's latents to those of the diffusion network.</summary>
    public double ScaleFactor { get; init; } = 1;

    public Parameterization Parameterization { get; init; }

    /// <summary>Largest height or width of a picture, in pixels.</summary>
    public required int MaximumSide { get; init; }

    public required WeightFile FirstStageWeights { get; init; }

    public required WeightFile UnetWeights { get; init; }

    public required PreviewManifest Preview { get; init; }

    /// <summary>What was tuned for it, by solver and operator.</summary>
    public IReadOnlyList<PresetManifest> Presets { get; init; } = [];

    public required SelfCheckManifest SelfCheck { get; init; }
}
