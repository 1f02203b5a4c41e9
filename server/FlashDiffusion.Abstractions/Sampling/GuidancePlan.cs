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
    /// <param name="solver">Name of the solver, for the violation.</param>
    /// <param name="guided">Cost of a guided step.</param>
    /// <param name="kind">Kind of a guided step.</param>
    /// <returns>The plan.</returns>
    public static SolverPlan Plan(SampleSpec sample, string solver, StepCost guided, string kind = Guided)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (OperatorMissing(sample, solver) is { } violation)
        {
            return new SolverPlan { Violations = [violation] };
        }

        var moves = ReverseTrajectory.Of(sample);
        var flags = Of(sample, moves);
        return new SolverPlan { Steps = [.. moves.Select((move, i) => flags[i] ? new PlannedStep(move.Timestep, move.Previous, kind, guided) : PlainStep(move))] };
    }

    /// <summary>The planned step of an unguided move.</summary>
    /// <param name="move">The move.</param>
    /// <returns>The step.</returns>
    public static PlannedStep PlainStep((int Timestep, int Previous) move) => new(move.Timestep, move.Previous, Plain, GuidedStep.PlainCost);

    /// <summary>What to say if a solver that needs an operator has none; null if it has.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="solver">Name of the solver.</param>
    /// <returns>The violation or null.</returns>
    public static FieldViolation? OperatorMissing(SampleSpec sample, string solver)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return sample.Operator is null
            ? new FieldViolation("operator", $"{solver} needs the forward operator that degraded the picture; name one from the catalog.")
            : null;
    }

    private static string Word(DiffusionStage stage) => stage switch
    {
        DiffusionStage.Chaotic => "chaotic",
        DiffusionStage.Semantic => "semantic",
        _ => "refinement",
    };
}
