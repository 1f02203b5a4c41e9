using System.Collections.Immutable;

namespace FlashDiffusion.Sampling;

/// <summary>Which moves of a trajectory are guided, and the plan of a solver that does nothing else.</summary>
public static class GuidancePlan
{
    /// <summary>Kind of a guided step.</summary>
    public const string Guided = "guided";

    /// <summary>Kind of an unconditional step.</summary>
    public const string Plain = "plain";

    /// <summary>One flag a move, from the parameters in <see cref="GuidanceParameters"/>.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="moves">Its trajectory, descending.</param>
    /// <returns>The flags, in order.</returns>
    public static ImmutableArray<bool> Of(SampleSpec sample, ImmutableArray<(int Timestep, int Previous)> moves)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var stages = sample.Parameters.Choice(GuidanceParameters.Stages);
        var active = sample.Parameters.Number(GuidanceParameters.Scale) > 0;
        var selected = StepSelection.Every(sample, moves.Length, (int)(1 / sample.Parameters.Number(GuidanceParameters.Frequency)));
        return [.. moves.Select((move, i) => active && selected[i] && (stages == "all" || stages.Split('+').Contains(Word(StepSelection.StageOf(sample, move.Timestep)))))];
    }

    /// <summary>The plan: every move guided or plain.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="solver">The solver.</param>
    /// <param name="guided">Cost of a guided step.</param>
    /// <param name="kind">Kind of a guided step.</param>
    /// <returns>The plan.</returns>
    public static SolverPlan Plan(SampleSpec sample, SolverDescriptor solver, StepCost guided, string kind = Guided)
    {
        var refusals = Refusals(sample, solver);
        if (!refusals.IsEmpty)
        {
            return new SolverPlan { Violations = refusals };
        }

        var moves = ReverseTrajectory.Of(sample);
        var flags = Of(sample, moves);
        return new SolverPlan { Steps = [.. moves.Select((move, i) => flags[i] ? new PlannedStep(move.Timestep, move.Previous, kind, guided) : PlainStep(move))] };
    }

    /// <summary>The planned step of an unguided move.</summary>
    /// <param name="move">The move.</param>
    /// <returns>The step.</returns>
    public static PlannedStep PlainStep((int Timestep, int Previous) move) => new(move.Timestep, move.Previous, Plain, GuidedStep.PlainCost);

    /// <summary>What a guided solver refuses whatever else it looks at: a missing operator, parameters that are not allowed.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="solver">The solver.</param>
    /// <returns>The violations; empty if there is none.</returns>
    public static ImmutableArray<FieldViolation> Refusals(SampleSpec sample, SolverDescriptor solver)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(solver);
        var violations = sample.Parameters.Violations(solver.Parameters);
        return sample.Operator is null
            ? violations.Add(new FieldViolation("operator", $"{solver.Name} needs the forward operator that degraded the picture; name one from the catalog."))
            : violations;
    }

    private static string Word(DiffusionStage stage) => stage switch
    {
        DiffusionStage.Chaotic => "chaotic",
        DiffusionStage.Semantic => "semantic",
        _ => "refinement",
    };
}
