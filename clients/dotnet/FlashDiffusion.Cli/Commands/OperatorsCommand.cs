using System.CommandLine;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash operators</c>.</summary>
internal static class OperatorsCommand
{
    public static Command Create(CliContext context)
    {
        var connection = new ConnectionOptions();
        var command = new Command("operators", "Lists the forward operators of a server with their parameters.");
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = connection.Connect(parsed);
            var answer = await client.ListOperatorsAsync(cancellation).ConfigureAwait(false);
            var table = CatalogTable.Create("operator", "linear", "takes mask", "parameters");
            foreach (var forward in answer.Operators)
            {
                table.Add(
                    forward.Name,
                    forward.IsLinear ? "yes" : "no",
                    forward.TakesMask ? "yes" : "no",
                    CatalogTable.Parameters(forward.Parameters));
            }

            context.Console.Write(table);
            return FlashCommandLine.Success;
        });
        return command;
    }
}
