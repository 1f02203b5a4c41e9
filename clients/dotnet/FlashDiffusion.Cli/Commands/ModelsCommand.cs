using System.CommandLine;
using FlashDiffusion.Cli.Json;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash models</c>.</summary>
internal static class ModelsCommand
{
    public static Command Create(CliContext context)
    {
        var (connection, json) = (new ConnectionOptions(), JsonOutput.Option());
        var command = new Command("models", "Lists the models of a server, also those that failed to load.") { json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = connection.Connect(parsed);
            var answer = await client.ListModelsAsync(cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(context, ContractJson.Of(answer));
                return ExitCode.Success;
            }

            var table = CatalogTable.Create("model", "version", "state", "picture sides", "adapts to");
            foreach (var model in answer.Models)
            {
                table.Add(
                    model.Name == answer.DefaultModel ? $"{model.Name} (default)" : model.Name,
                    model.Version,
                    CatalogTable.State(model.State, model.Reason),
                    $"{model.MinimumSide}..{model.MaximumSide}",
                    string.Join('\n', model.SeverityEncoders.Select(encoder => encoder.Operator)));
            }

            context.Console.Write(table);
            return ExitCode.Success;
        });
        return command;
    }
}
