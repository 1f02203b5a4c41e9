namespace FlashDiffusion;

/// <summary>One step that a sample will take.</summary>
/// <param name="Timestep">Training timestep at which the network is evaluated: from 0, below the number of timesteps of the schedule.</param>
/// <param name="PreviousTimestep">Training timestep that the latent moves to, of the same range; -1 for the clean latent. It may lie below, above or at <paramref name="Timestep"/>.</param>
/// <param name="Kind">What is computed (for example <c>guided</c>, <c>plain</c>), not empty: only steps of one kind share a batch.</param>
/// <param name="Cost">Network calls, exact or an upper bound; none below 0.</param>
public readonly record struct PlannedStep(int Timestep, int PreviousTimestep, string Kind, StepCost Cost)
{
    /// <summary>Whether <see cref="Cost"/> is only an upper bound, because an inner loop may stop early.</summary>
    public bool CostIsBound { get; init; }

    /// <summary>
    /// Calls of <see cref="ILatentSolver.Step"/> that it takes at most when alone, 1 or more: more than 1 where a step returns incomplete rows. Estimates of time build on
    /// it; a step that is not complete after 32 times as many, and 256 at least, ends its sample with <c>SOLVER_FAULT</c>.
    /// </summary>
    public int Chunks { get; init; } = 1;

    /// <summary>What is wrong with it, as the rest of a sentence; null if nothing is.</summary>
    /// <param name="timesteps">Timesteps of the training schedule.</param>
    internal string? Fault(int timesteps) => this switch
    {
        { Kind: null or "" } => "has no kind; name what it computes.",
        { Timestep: var timestep } when timestep < 0 || timestep >= timesteps => $"has the timestep {timestep}; give one from 0 to {timesteps - 1}.",
        { PreviousTimestep: var previous } when previous < -1 || previous >= timesteps => $"moves to the timestep {previous}; give one from 0 to {timesteps - 1}, or -1 for the clean latent.",
        { Chunks: < 1 } => $"takes {Chunks} calls of Step; give 1 or more in Chunks.",
        { Cost: { UNetForward: < 0 } or { UNetBackward: < 0 } or { DecoderForward: < 0 } or { DecoderBackward: < 0 } or { EncoderForward: < 0 } } =>
            $"declares network calls below 0 ({Cost}); give 0 or more of each.",
        _ => null,
    };
}
