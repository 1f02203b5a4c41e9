using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Schedules;

namespace FlashDiffusion.Engine.Starts;

/// <summary>All that decides where a sample starts.</summary>
internal sealed record StartQuestion
{
    /// <summary>What the request asks.</summary>
    public required Adaptation Adaptation { get; init; }

    /// <summary>The indices to choose from.</summary>
    public required StartGrid Grid { get; init; }

    /// <summary>The training schedule.</summary>
    public required NoiseSchedule Schedule { get; init; }

    /// <summary>Right formulas, or the research code's.</summary>
    public Compatibility Compatibility { get; init; }

    /// <summary>What to do about an unreliable severity.</summary>
    public SeverityPolicy Policy { get; init; }

    /// <summary>The operator and its noise; null without one.</summary>
    public OperatorRequest? Degradation { get; init; }

    /// <summary>The severity encoder for it; null if there is none.</summary>
    public ISeverityEncoder? Encoder { get; init; }

    /// <summary>What it saw; null if nothing looked.</summary>
    public SeverityLook? Look { get; init; }

    /// <summary>Credible residuals of the decoded mean; null without noise.</summary>
    public ResidualBand? Band { get; init; }
}
