using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads the choice of a solver.</summary>
internal static class SolverReader
{
    /// <summary>The solver with checked parameters; null if anything is wrong, with the reasons in <paramref name="problems"/>.</summary>
    public static (ILatentSolver Solver, ParameterSet Parameters)? Read(
        ServingContext context, V1.SolverChoice? choice, SolverPreset? preset, RequestProblems problems)
    {
        choice ??= new V1.SolverChoice();
        var name = NameOf(context, choice);
        if (context.Solvers.Find(name)?.Solver is not { } solver)
        {
            Explain(context, name, problems);
            return null;
        }

        var before = problems.Violations.Count;
        var parameters = ParameterReader.Read(solver.Descriptor.Parameters, choice.Parameters, "solver.parameters", problems, preset?.Parameters);
        return problems.Violations.Count > before ? null : (solver, parameters);
    }

    /// <summary>Name of the chosen solver, the server's default if the request names none.</summary>
    public static string NameOf(ServingContext context, V1.SolverChoice? choice) => choice?.Name is { Length: > 0 } name ? name : context.DefaultSolver;

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
