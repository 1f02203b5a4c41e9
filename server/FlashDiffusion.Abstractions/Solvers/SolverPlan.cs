using System.Collections.Immutable;

namespace FlashDiffusion;

/// <summary>Answer of a solver to a sample: what is wrong with it, or every step that it will take.</summary>
public sealed record SolverPlan
{
    /// <summary>What is wrong; empty if the sample can run.</summary>
    public ImmutableArray<FieldViolation> Violations { get; init; } = [];

    /// <summary>The steps in order. Known before the first of them runs: scheduling, ETA and deadlines build on it.</summary>
    public ImmutableArray<PlannedStep> Steps { get; init; } = [];

    /// <summary>Total network calls.</summary>
    public StepCost Cost => Steps.Aggregate(default(StepCost), (sum, step) => sum + step.Cost);
}
