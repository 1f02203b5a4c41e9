using System.Collections.Immutable;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Starts;

/// <summary>Where the reverse diffusion of a sample starts, and with which latent: signal z_hat + noise eps.</summary>
internal sealed record StartDecision
{
    /// <summary>How it was chosen in the end.</summary>
    public required AdaptationMode Mode { get; init; }

    /// <summary>Index into the sampler's grid, as <see cref="SampleSpec.StartIndex"/>.</summary>
    public required int Index { get; init; }

    /// <summary>Severity that chose it; null for a full start.</summary>
    public double? Severity { get; init; }

    /// <summary>Weight of z_hat in the start latent.</summary>
    public required float SignalScale { get; init; }

    /// <summary>Weight of the noise in the start latent.</summary>
    public required float NoiseScale { get; init; }

    /// <summary>Whether DDIM inversion raises z_hat to the start instead.</summary>
    public bool Inverts { get; init; }

    /// <summary>False if the predicted severity is doubted.</summary>
    public bool SeverityReliable { get; init; } = true;

    /// <summary>What the caller should know.</summary>
    public ImmutableArray<Notice> Notices { get; init; } = [];
}
