using System.CommandLine;
using System.Text.Json.Nodes;
using FlashDiffusion.Cli.Demo;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Json;
using FlashDiffusion.Cli.Measurements;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash demo</c>: the main job on one picture, with a server of its own if none answers.</summary>
internal static class DemoCommand
{
    private const string DefaultOperator = "inpainting";

    public static Command Create(CliContext context)
    {
        var output = new Option<DirectoryInfo>("--output")
        {
            Description = "Folder for the result, the contact sheet, the figures and the log of a server that is started.",
            HelpName = "DIR",
            DefaultValueFactory = _ => new DirectoryInfo("flash-output"),
        };
        var json = JsonOutput.Option();
        var clean = new CleanPictureOptions(128);
        var (connection, forward, solver) = (new ConnectionOptions(), new OperatorOptions(DefaultOperator), new SolverOptions());
        var command = new Command("demo", "Degrades a picture, reconstructs it, and shows what it cost and what it gained.") { output, json };
        clean.AddTo(command);
        forward.AddTo(command);
        solver.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new DemoRequest
            {
                Clean = clean.Picture(parsed),
                Operator = forward.Read(parsed),
                Severity = clean.Severity(parsed),
                Reconstruction = solver.ReadSeeded(parsed),
                OutputFolder = OutputPath.CheckFolder(parsed.GetRequiredValue(output).FullName),
            };
            var display = Displays.For(context, parsed.GetValue(json));
            await using var server = await connection.OpenAsync(parsed, solver.Model(parsed), request.OutputFolder, display, cancellation).ConfigureAwait(false);
            var figures = await new DemoRun(server, display, context.Clock).RunAsync(request, cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(context, JsonNode.Parse(FiguresJson.Write(figures))!);
            }

            return ExitCode.Success;
        });
        return command;
    }
}
