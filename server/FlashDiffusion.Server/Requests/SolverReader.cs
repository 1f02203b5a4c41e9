using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads the choice of a solver.</summary>
internal static class SolverReader
{
    /// <summary>The solver with checked parameters; null if anything is wrong, with the reasons in <paramref name="problems"/>.</summary>
    public static (ILatentSolver Solver, ParameterSet Parameters)? Read(ServingContext context, V1.SolverChoice? choice, RequestProblems problems)
    {
        choice ??= new V1.SolverChoice();
        var name = choice.Name.Length > 0 ? choice.Name : context.DefaultSolver;
        if (context.Solvers.Find(name)?.Solver is not { } solver)
        {
            Explain(context, name, problems);
            return null;
        }

        var before = problems.Violations.Count;
        var parameters = ParameterReader.Read(solver.Descriptor.Parameters, choice.Parameters, "solver.parameters", problems);
        return problems.Violations.Count > before ? null : (solver, parameters);
    }

    private static void Explain(ServingContext context, string name, RequestProblems problems)
    {
        if (context.Solvers.FindFailed(name) is { } failed)
        {
            problems.AddNotReady("solver.name", $"solver/{name}", $"The solver '{name}' version {failed.Version} can't be used: {failed.Reason}");
            return;
        }

        var known = string.Join(", ", context.Solvers.ReadyNames);
        var hint = known.Length == 0 ? "no solver is ready" : $"ready are {known}";
        problems.AddMissing("solver.name", new MissingResource("solver", name, $"There is no solver '{name}'; {hint}."));
    }
}
