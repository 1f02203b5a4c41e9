using System.Collections.Immutable;
using FlashDiffusion.Engine.Starts;

namespace FlashDiffusion.Engine.Samples;

/// <summary>
/// A sample between two steps: all that another engine with the same model and solver needs to go on, beside the request. Host data only.
/// </summary>
internal sealed record Checkpoint
{
    /// <summary>Latent, scratch and steps done.</summary>
    public required SampleState State { get; init; }

    /// <summary>Where the sample started; what was decided once is not decided again.</summary>
    public required StartDecision Start { get; init; }

    /// <summary>SHA-256 over every step of the plan, done or not: an engine that would plan otherwise can't go on.</summary>
    public required ImmutableArray<byte> Plan { get; init; }

    /// <summary>Steps that its caller was told of when it was first accepted, if it takes fewer since; null if not, or if the server that made it did not say.</summary>
    public int? Announced { get; init; }

    /// <summary>Network calls until here.</summary>
    public required StepCost Calls { get; init; }

    /// <summary>Severity encoder evaluations until here.</summary>
    public required int SeverityCalls { get; init; }

    /// <summary>Time in queues until here.</summary>
    public TimeSpan QueueTime { get; init; }

    /// <summary>Time between the first work on a device and here, without queues in between.</summary>
    public TimeSpan ComputeTime { get; init; }

    /// <summary>Steps done.</summary>
    public int StepIndex => State.StepIndex;

    /// <summary>Copies a sample to the host; the times are the caller's to add.</summary>
    public static Checkpoint Of(Sample sample) => new()
    {
        State = SampleState.Of(sample),
        Start = sample.Start,
        Plan = sample.PlanDigest,
        Announced = sample.Announced,
        Calls = sample.Calls,
        SeverityCalls = sample.SeverityCalls,
    };
}
