using System.Diagnostics;
using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Requests;

/// <summary>One picture to reconstruct. Immutable, host data only; what a transport can check has been checked.</summary>
internal sealed record ReconstructionRequest
{
    /// <summary>The model.</summary>
    public required ServedModel Model { get; init; }

    /// <summary>The solver.</summary>
    public required ILatentSolver Solver { get; init; }

    /// <summary>The solver's checked parameters.</summary>
    public required ParameterSet SolverParameters { get; init; }

    /// <summary>The forward operator; null only for a solver that needs none.</summary>
    public OperatorRequest? Operator { get; init; }

    /// <summary>The measurement y, unclipped on [-1, 1], in the operator's measurement shape; without operator (3, H, W).</summary>
    public required HostTensor Measurement { get; init; }

    /// <summary>Shape of the picture that the caller wants back; any size within the model's limits.</summary>
    public required PictureShape Picture { get; init; }

    /// <summary>The reverse process.</summary>
    public SamplingSpec Sampling { get; init; } = SamplingSpec.Ddpm;

    /// <summary>Where it starts.</summary>
    public Adaptation Adaptation { get; init; } = Adaptation.Auto;

    /// <summary>Seed of every random number.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Right formulas, or the research code's.</summary>
    public Compatibility Compatibility { get; init; }

    /// <summary>What is published meanwhile.</summary>
    public ProgressOptions Progress { get; init; } = ProgressOptions.Default;

    /// <summary>Whether the result carries the final latent.</summary>
    public bool IncludeLatent { get; init; }

    /// <summary>What to do about an unreliable severity; null takes the server's option.</summary>
    public SeverityPolicy? SeverityPolicy { get; init; }

    /// <summary>State of the same reconstruction to go on from; null begins it.</summary>
    public Checkpoint? Resume { get; init; }

    /// <summary>What the result may depend on beside the request.</summary>
    public ComputeMode Mode { get; init; }

    /// <summary>Its class.</summary>
    public Priority Priority { get; init; } = Priority.Normal;

    /// <summary>Whose it is: callers that have much under way share each batch and each turn equally. It is no part of what a resume needs.</summary>
    public CallerKey Caller { get; init; }

    /// <summary>Longest time until its first step; null takes the server's option.</summary>
    public TimeSpan? QueueTimeout { get; init; }

    /// <summary>Longest time from acceptance to the result; null for none. What is earlier of it and the deadline counts.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Most denoiser evaluations, 1 or more; null for as many as it takes.</summary>
    public int? MaximumNetworkCalls { get; init; }

    /// <summary>Power of N/n that strengths of steps are multiplied by where a budget leaves n of N; the server's option wins; null for none.</summary>
    public double? GuidanceExponent { get; init; }

    /// <summary>What to do where the whole trajectory does not fit into the budget.</summary>
    public TightDeadline OnTightDeadline { get; init; }

    /// <summary>When the caller stops waiting; null for never.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>
    /// Told how many steps it takes here, when that is known, and again whenever these become fewer while it runs, those that it has taken included; called on the device thread, so it
    /// must be quick. Null for nobody.
    /// </summary>
    public Action<int>? Planned { get; init; }

    /// <summary>Span that the request's spans are children of.</summary>
    public ActivityContext Parent { get; init; }
}
