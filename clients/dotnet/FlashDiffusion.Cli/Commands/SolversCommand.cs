using System.CommandLine;
using FlashDiffusion.Cli.Json;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash solvers</c>.</summary>
internal static class SolversCommand
{
    public static Command Create(CliContext context)
    {
        var (connection, json) = (new ConnectionOptions(), JsonOutput.Option());
        var command = new Command("solvers", "Lists the solvers of a server with their parameters.") { json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = connection.Connect(parsed);
            var answer = await client.ListSolversAsync(cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(context, ContractJson.Of(answer));
                return ExitCode.Success;
            }

            var table = CatalogTable.Create("solver", "version", "state", "parameters");
            foreach (var solver in answer.Solvers)
            {
                table.Add(
                    solver.Name == answer.DefaultSolver ? $"{solver.Name} (default)" : solver.Name,
                    solver.Version,
                    CatalogTable.State(solver.State, solver.Reason),
                    CatalogTable.Parameters(solver.Parameters));
            }

            context.Console.Write(table);
            return ExitCode.Success;
        });
        return command;
    }
}
