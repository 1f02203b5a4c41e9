using System.Collections.Immutable;
using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Sessions;

/// <summary>First event: what will be done, known before the first step.</summary>
internal sealed record AcceptedEvent : SessionEvent
{
    /// <summary>Severity that chose the start: predicted (after multiplier and policy) or fixed; null with a full start.</summary>
    public double? Severity { get; init; }

    /// <summary>False if the predicted severity is doubted; the notices say why.</summary>
    public bool SeverityReliable { get; init; } = true;

    /// <summary>Training timestep of the first solver step.</summary>
    public required int StartTimestep { get; init; }

    /// <summary>Steps that will be run, inversion included.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>What a budget took away; null if nothing.</summary>
    public TrajectoryCut? Cut { get; init; }

    /// <summary>Steps that a start from pure noise would run with the same sampler.</summary>
    public required int FullSteps { get; init; }

    /// <summary>Expected time until the result, queueing included; null until a step of this kind has been measured.</summary>
    public TimeSpan? Eta { get; init; }

    /// <summary>Steps of other requests waiting or running.</summary>
    public required long StepsAhead { get; init; }

    /// <summary>Seed of every random number.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How the start was chosen in the end.</summary>
    public required AdaptationMode Adaptation { get; init; }

    /// <summary>Whatever was changed, clamped or doubted.</summary>
    public ImmutableArray<Notice> Notices { get; init; } = [];

    /// <summary>Decoded mean of the severity encoder, (3, H, W) on [-1, 1], if asked for.</summary>
    public HostTensor? DecodedMean { get; init; }

    /// <summary>||y - A(D(z_hat))||^2/(m noise_std^2) on [-1, 1]; null without noise or severity encoder.</summary>
    public double? MeanResidual { get; init; }

    /// <summary>Steps that were done when it was resumed; null if it begins here.</summary>
    public int? ResumedAt { get; init; }

    /// <summary>The state at which it begins or goes on, if checkpoints are asked for.</summary>
    public Checkpoint? Checkpoint { get; init; }
}
