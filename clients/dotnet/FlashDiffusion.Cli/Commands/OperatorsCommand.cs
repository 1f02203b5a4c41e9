using System.CommandLine;
using FlashDiffusion.Cli.Json;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash operators</c>.</summary>
internal static class OperatorsCommand
{
    public static Command Create(CliContext context)
    {
        var (connection, json) = (new ConnectionOptions(), JsonOutput.Option());
        var command = new Command("operators", "Lists the forward operators of a server with their parameters.") { json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = connection.Connect(parsed);
            var answer = await client.ListOperatorsAsync(cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(context, ContractJson.Of(answer));
                return ExitCode.Success;
            }

            var table = CatalogTable.Create("operator", "version", "state", "linear", "needs", "parameters");
            foreach (var forward in answer.Operators)
            {
                table.Add(
                    forward.Name,
                    forward.Version,
                    CatalogTable.State(forward.State, forward.Reason),
                    forward.IsLinear ? "yes" : "no",
                    Needs(forward),
                    CatalogTable.Parameters(forward.Parameters));
            }

            context.Console.Write(table);
            return ExitCode.Success;
        });
        return command;
    }

    private static string Needs(Operator forward)
    {
        string[] needs =
        [
            .. forward.TakesMask ? ["may bring a mask"] : Array.Empty<string>(),
            .. forward.TakesKernel ? ["a kernel"] : Array.Empty<string>(),
            .. forward.NeedsPictureSize ? ["the picture's size"] : Array.Empty<string>(),
        ];
        return string.Join(", ", needs);
    }
}
