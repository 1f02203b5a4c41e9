using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Server.Requests;

/// <summary>Checks what a solver needs of the request.</summary>
internal static class SolverNeedsCheck
{
    public static void Check(SolverDescriptor solver, bool hasOperator, OperatorRequest? forward, RequestProblems problems)
    {
        if (!hasOperator && (solver.Needs & (SolverNeeds.Operator | SolverNeeds.Adjoint)) != 0)
        {
            problems.Add("operator", $"The solver '{solver.Name}' needs the forward operator that degraded the picture; name one from the catalog.");
        }

        if (forward is not null && solver.Needs.HasFlag(SolverNeeds.Adjoint) && !forward.Family.Descriptor.IsLinear)
        {
            problems.Add("operator.name", $"The solver '{solver.Name}' needs a linear operator, for its adjoint, but '{forward.Spec.Name}' is not linear.");
        }
    }
}
