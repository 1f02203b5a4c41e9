using FlashDiffusion.V1;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Demo;

/// <summary>What the demo is to do.</summary>
internal sealed record DemoRequest
{
    /// <summary>The picture to degrade, in its final size.</summary>
    public required Picture Clean { get; init; }

    /// <summary>The operator; what is left open is filled in from the severity level.</summary>
    public required ForwardOperator Operator { get; init; }

    /// <summary>Damage from 0 to 1, or null.</summary>
    public double? Severity { get; init; }

    /// <summary>Model, solver, start and seed; without measurement and operator.</summary>
    public required ReconstructRequest Reconstruction { get; init; }

    /// <summary>Folder for everything that is written.</summary>
    public required string OutputFolder { get; init; }
}
