using FlashDiffusion.Engine.Batching;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>What every plan must have, whoever made it: plugins may be written without null checks, and in languages without them.</summary>
internal static class PlanContract
{
    /// <summary>A solver's plan.</summary>
    /// <param name="solver">Who made it.</param>
    /// <param name="plan">What it returned.</param>
    /// <param name="timesteps">Timesteps of the training schedule.</param>
    /// <exception cref="SolverContractException">There is none, or it has what no plan may have.</exception>
    public static SolverPlan Checked(ILatentSolver solver, SolverPlan? plan, int timesteps) => plan switch
    {
        null => throw Broken(solver, $"null; it returns a {nameof(SolverPlan)}, with {nameof(SolverPlan.Violations)} where the sample can't run."),
        _ when plan.Fault(timesteps) is { } fault => throw Broken(solver, $"one that breaks the contract. {fault}"),
        _ => plan,
    };

    /// <summary>An operator's plan.</summary>
    /// <param name="family">Who made it.</param>
    /// <param name="plan">What it returned.</param>
    /// <exception cref="SolverContractException">There is none, or something in it is missing.</exception>
    public static OperatorPlan Checked(IForwardOperatorFamily family, OperatorPlan? plan) => plan switch
    {
        null => throw Broken(family, $"null; it returns an {nameof(OperatorPlan)}, with {nameof(OperatorPlan.Violations)} where the operator can't be bound."),
        { Violations.IsDefault: true } => throw Broken(family, Default(nameof(OperatorPlan), nameof(OperatorPlan.Violations))),
        { MeasurementShape.IsDefault: true } => throw Broken(family, Default(nameof(OperatorPlan), nameof(OperatorPlan.MeasurementShape))),
        { StructuralKey: null } => throw Broken(family, $"an {nameof(OperatorPlan)} whose {nameof(OperatorPlan.StructuralKey)} is null; it is empty where all rows can share one operator."),
        _ => plan,
    };

    private static string Default(string plan, string array) => $"a {plan} whose {array} is a default array; it is [] where there are none.";

    private static SolverContractException Broken(object part, string returned) => new($"Plan of {PartNames.WordsOf(part)} returned {returned}");
}
