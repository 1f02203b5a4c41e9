using System.CommandLine;
using System.Text.Json.Nodes;
using FlashDiffusion.Cli.Compare;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Json;
using FlashDiffusion.Cli.Measurements;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash compare</c>: several solvers on the same damage, side by side.</summary>
internal static class CompareCommand
{
    private const string DefaultOperator = "inpainting";

    public static Command Create(CliContext context)
    {
        var solvers = new Option<string[]>("--solvers")
        {
            Description = "The solvers, for example latent_dps,psld,ae; all that are ready and fit the operator if not given.",
            HelpName = "NAME,...",
            DefaultValueFactory = _ => [],
        };
        var baseline = new Option<bool>("--baseline") { Description = "Run each from pure noise as well, as without Flash-Diffusion: up to fifty times as long." };
        var output = new Option<DirectoryInfo>("--output", "-o")
        {
            Description = "Folder for the contact sheet, the figures and the pictures.",
            HelpName = "DIR",
            DefaultValueFactory = _ => new DirectoryInfo("flash-compare"),
        };
        var json = JsonOutput.Option();
        var (clean, connection, forward, solver) = (new CleanPictureOptions(64), new ConnectionOptions(), new OperatorOptions(DefaultOperator), new SolverOptions(single: false));
        var command = new Command("compare", "Degrades a picture and lets several solvers reconstruct it: a table and a contact sheet.") { solvers, baseline, output, json };
        clean.AddTo(command);
        forward.AddTo(command);
        solver.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new CompareRequest
            {
                Clean = clean.Picture(parsed),
                Operator = forward.Read(parsed),
                Severity = clean.Severity(parsed),
                Reconstruction = solver.ReadSeeded(parsed),
                Solvers = [.. parsed.GetRequiredValue(solvers).SelectMany(names => names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct()],
                Baseline = parsed.GetValue(baseline),
                OutputFolder = OutputPath.CheckFolder(parsed.GetRequiredValue(output).FullName),
            };
            var display = Displays.For(context, parsed.GetValue(json));
            await using var server = await connection.OpenAsync(parsed, solver.Model(parsed), request.OutputFolder, display, cancellation).ConfigureAwait(false);
            var figures = await new CompareRun(server, display, context.Clock).RunAsync(request, cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(context, JsonNode.Parse(CompareJson.Write(figures))!);
            }

            return figures.Solvers.All(row => row.Error is null) ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }
}
