using System.Collections.Immutable;
using FlashDiffusion.Schedules;

namespace FlashDiffusion;

/// <summary>
/// Everything about a sample that is fixed before its first step and that a solver's plan may depend on. Immutable; but of a sample that a deadline has shortened, and that would be
/// late all the same, a later step may see another one, with fewer points left in <see cref="Trajectory"/>: only where the plan for it begins with the very steps that were taken.
/// What a solver carries in scratch must not be as long as the trajectory.
/// </summary>
public sealed record SampleSpec
{
    /// <summary>The model's schedule.</summary>
    public required NoiseSchedule Schedule { get; init; }

    /// <summary>Shape of the latent.</summary>
    public required LatentShape Latent { get; init; }

    /// <summary>Shape of the picture that the model works on.</summary>
    public required PictureShape Picture { get; init; }

    /// <summary>The reverse process.</summary>
    public required SamplingSpec Sampling { get; init; }

    /// <summary>
    /// Index into the sampler's grid (DDPM: the training timestep; DDIM: the point of the sub-grid, ascending) that severity or the
    /// request chose. It is the first index evaluated; in official mode it is the count of steps instead (QUIRKS 1).
    /// </summary>
    public required int StartIndex { get; init; }

    /// <summary>
    /// Training timesteps to visit, ascending, where a budget shortened the trajectory: <see cref="Sampling"/> is DDIM and
    /// <see cref="StartIndex"/> the last point then. Empty for the sampler's own. <see cref="FlashDiffusion.Sampling.ReverseTrajectory.Of"/> follows it.
    /// </summary>
    public ImmutableArray<int> Trajectory { get; init; } = [];

    /// <summary>
    /// Share of the whole that a budget left, above 0, up to 1; 1 where nothing was shortened. A solver with rounds that are not moves of the trajectory shortens
    /// them by it (<see cref="ShareOf"/>), or a budget can't be kept. Of the sampler's own points <see cref="Trajectory"/> has about this share, and one at least.
    /// </summary>
    public double TrajectoryShare { get; init; } = 1;

    /// <summary>The solver's checked parameters.</summary>
    public required ParameterSet Parameters { get; init; }

    /// <summary>The forward operator; null if the request has none.</summary>
    public OperatorSpec? Operator { get; init; }

    /// <summary>What the operator's family says of it; null if there is none.</summary>
    public OperatorPlan? OperatorPlan { get; init; }

    /// <summary>Whether the operator is linear and so has an exact adjoint; true without operator.</summary>
    public bool OperatorIsLinear { get; init; } = true;

    /// <summary>Standard deviation of the measurement noise on the internal range [-1, 1] (twice that of [0, 1]).</summary>
    public double NoiseStd { get; init; }

    /// <summary>Right formulas, or the research code's.</summary>
    public Compatibility Compatibility { get; init; }

    /// <summary>What is left of a number of rounds: <see cref="TrajectoryShare"/> of it, rounded down.</summary>
    /// <param name="rounds">The number without a budget, 1 or more.</param>
    /// <returns>1 to <paramref name="rounds"/>.</returns>
    public int ShareOf(int rounds) => Math.Clamp((int)((TrajectoryShare * rounds) + 1e-9), 1, rounds);
}
