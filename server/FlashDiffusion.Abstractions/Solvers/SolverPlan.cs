using System.Collections.Immutable;

namespace FlashDiffusion;

/// <summary>Answer of a solver to a sample: what is wrong with it, or every step that it will take.</summary>
public sealed record SolverPlan
{
    /// <summary>
    /// Most calls of <see cref="ILatentSolver.Step"/> that a plan may have (<see cref="PlannedStep.Chunks"/>), and most calls of each network: more than months
    /// of work, and few enough that sums over plans never overflow.
    /// </summary>
    public const int MostCalls = 100_000_000;

    /// <summary>What is wrong; empty if the sample can run.</summary>
    public ImmutableArray<FieldViolation> Violations { get; init; } = [];

    /// <summary>The steps in order. Known before the first of them runs: scheduling, ETA and deadlines build on it.</summary>
    public ImmutableArray<PlannedStep> Steps { get; init; } = [];

    /// <summary>Total network calls.</summary>
    public StepCost Cost => Steps.Aggregate(default(StepCost), (sum, step) => sum + step.Cost);

    /// <summary>
    /// The first thing in which this plan breaks the contract, and how to mend it; null if there is none. The engine asks it of every plan before it believes it,
    /// and ends a request whose plan has one with <c>SOLVER_FAULT</c>.
    /// </summary>
    /// <param name="timesteps">Timesteps of the training schedule, at least 1.</param>
    public string? Fault(int timesteps)
    {
        if (Violations.IsDefault || Steps.IsDefault)
        {
            return $"{(Violations.IsDefault ? nameof(Violations) : nameof(Steps))} is a default array; write an empty one as [].";
        }

        if (Violations.Any(violation => violation is not { Field: not null, Description: not null }))
        {
            return "A violation is null, or lacks its field or its description; give it both.";
        }

        var (calls, cost) = (0L, default(CallSums));
        for (var i = 0; i < Steps.Length; i++)
        {
            var step = Steps[i];
            (calls, cost) = (calls + step.Chunks, cost.Plus(step.Cost));
            if (step.Fault(timesteps) is { } fault)
            {
                return $"Step {i + 1} of {Steps.Length} {fault}";
            }

            if (Math.Max(calls, cost.Largest) > MostCalls)
            {
                return $"Its steps up to number {i + 1} of {Steps.Length} take {(calls > MostCalls ? $"{calls} calls of Step" : $"{cost.Largest} calls of one network")}, and a plan may have {MostCalls} at most; plan less work.";
            }
        }

        return null;
    }
}
