using FlashDiffusion.Models.Networks;

namespace FlashDiffusion.Models.Repository;

/// <summary>A trained latent diffusion model on its way into a repository.</summary>
internal sealed record LatentDiffusionPackage
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>One line about the model.</summary>
    public required string Description { get; init; }

    public required FirstStage FirstStage { get; init; }

    public required UNetModel Unet { get; init; }

    public required ScheduleManifest Schedule { get; init; }

    public double ScaleFactor { get; init; } = 1;

    public Parameterization Parameterization { get; init; }

    /// <summary>Largest height or width of a picture, in pixels.</summary>
    public required int MaximumSide { get; init; }

    /// <summary>From <see cref="PreviewMap.Fit"/>.</summary>
    public required PreviewManifest Preview { get; init; }

    /// <summary>What was tuned for it, by solver and operator.</summary>
    public IReadOnlyList<PresetManifest> Presets { get; init; } = [];
}
