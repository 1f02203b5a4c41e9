namespace FlashDiffusion.Models.Repository;

/// <summary>Where the numbers lie that a model must reproduce before it is served.</summary>
internal sealed record SelfCheckManifest
{
    public required WeightFile Numbers { get; init; }

    /// <summary>Largest relative L2 error. The default allows for the reduced precision of GPU convolutions; wrong weights are far above it.</summary>
    public double Tolerance { get; init; } = 5e-3;
}
