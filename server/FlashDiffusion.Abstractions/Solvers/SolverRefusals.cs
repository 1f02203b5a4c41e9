using System.Collections.Immutable;

namespace FlashDiffusion;

/// <summary>What every plan refuses in the same words.</summary>
public static class SolverRefusals
{
    /// <summary>Violations that follow from a solver's needs and its parameters' ranges.</summary>
    /// <param name="solver">The solver.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="inResearchCode">Whether the research code has the algorithm, so that its behaviour can be reproduced.</param>
    /// <returns>Violations; empty if the sample has what the solver needs.</returns>
    public static ImmutableArray<FieldViolation> Of(SolverDescriptor solver, SampleSpec sample, bool inResearchCode)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(sample);
        var violations = sample.Parameters.Violations(solver.Parameters).ToBuilder();
        if (sample.Operator is null && (solver.Needs & (SolverNeeds.Operator | SolverNeeds.Adjoint)) != 0)
        {
            violations.Add(new FieldViolation("operator", $"{solver.Name} needs the forward operator that degraded the picture; name one from the catalog."));
        }

        if (sample.Compatibility == Compatibility.Official && !inResearchCode)
        {
            violations.Add(new FieldViolation("compatibility", $"The research code has no {solver.Name}, so there is no official behaviour to reproduce; leave compatibility out."));
        }

        return violations.ToImmutable();
    }
}
