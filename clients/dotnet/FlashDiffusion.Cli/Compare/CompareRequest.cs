using FlashDiffusion.V1;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Compare;

/// <summary>What is to be compared.</summary>
internal sealed record CompareRequest
{
    /// <summary>The picture to degrade, in its final size.</summary>
    public required Picture Clean { get; init; }

    /// <summary>The operator; what is left open is filled in from the severity level.</summary>
    public required ForwardOperator Operator { get; init; }

    /// <summary>Damage from 0 to 1, or null.</summary>
    public double? Severity { get; init; }

    /// <summary>Model, start and seed; without measurement, operator and solver.</summary>
    public required ReconstructRequest Reconstruction { get; init; }

    /// <summary>The solvers' names; empty for all that fit.</summary>
    public required IReadOnlyList<string> Solvers { get; init; }

    /// <summary>Whether each also runs from pure noise.</summary>
    public bool Baseline { get; init; }

    /// <summary>Folder for everything that is written.</summary>
    public required string OutputFolder { get; init; }
}
