namespace FlashDiffusion;

/// <summary>One step that a sample will take.</summary>
/// <param name="Timestep">Training timestep at which the network is evaluated.</param>
/// <param name="PreviousTimestep">Training timestep that the latent moves to; -1 for the clean latent.</param>
/// <param name="Kind">What is computed (for example <c>guided</c>, <c>plain</c>): only steps of one kind share a batch.</param>
/// <param name="Cost">Network calls, exact or an upper bound.</param>
public readonly record struct PlannedStep(int Timestep, int PreviousTimestep, string Kind, StepCost Cost)
{
    /// <summary>Whether <see cref="Cost"/> is only an upper bound, because an inner loop may stop early.</summary>
    public bool CostIsBound { get; init; }

    /// <summary>
    /// Calls of <see cref="ILatentSolver.Step"/> that it takes at most when alone: more than 1 where a step returns incomplete rows. Estimates of time build on it; a
    /// step that is not complete after 32 times as many, and 256 at least, ends its sample with <c>SOLVER_FAULT</c>.
    /// </summary>
    public int Chunks { get; init; } = 1;
}
