using System.Collections.Immutable;
using FlashDiffusion.Engine.Budgets;
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

    /// <summary>The shorter trajectory from there that a budget left; null for the sampler's own.</summary>
    public TrajectoryCut? Cut { get; init; }

    /// <summary>False if the predicted severity is doubted.</summary>
    public bool SeverityReliable { get; init; } = true;

    /// <summary>What the caller should know.</summary>
    public ImmutableArray<Notice> Notices { get; init; } = [];

    /// <summary>The same start for a solver that takes the estimated clean latent as it is and adds noise itself.</summary>
    /// <param name="hasEncoder">Whether a severity encoder estimates it; else it is the plain encoding of the measurement's picture.</param>
    public StartDecision FromCleanLatent(bool hasEncoder) => this with
    {
        SignalScale = 1,
        NoiseScale = 0,
        Notices = hasEncoder
            ? Notices
            : [
                .. Notices.Where(notice => notice.Code is not ("NO_SEVERITY_ENCODER" or "START_FROM_ENCODED_MEASUREMENT")),
                new Notice("START_FROM_ENCODED_MEASUREMENT", "There is no severity encoder for this operator, so the clean latent that the solver starts from is the plain encoding of the measurement's picture."),
            ],
    };
}
