using System.CommandLine;
using FlashDiffusion.Cli.Demo;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Serving;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash demo</c>: the main job on one picture, with a server of its own if none answers.</summary>
internal static class DemoCommand
{
    private const string DefaultOperator = "inpainting";
    private const ulong DefaultSeed = 1;

    public static Command Create(CliContext context)
    {
        var image = new Option<FileInfo?>("--image")
        {
            Description = "A clean picture, png, jpg or webp; the built-in photograph if not given. Scaled down to twice --size if it is larger, then cropped to its middle.",
            HelpName = "FILE",
        };
        var size = new Option<int>("--size")
        {
            Description = "Side of the square that is cropped, in pixels.",
            HelpName = "PIXELS",
            DefaultValueFactory = _ => 128,
        };
        var severity = new Option<double?>("--severity")
        {
            Description = "Damage from 0 (the mildest that the model was trained on) to 1 (the strongest); 0.5 unless --param or --noise-std say it directly.",
            HelpName = "0..1",
        };
        var output = new Option<DirectoryInfo>("--output")
        {
            Description = "Folder for the result, the contact sheet, the figures and the log of a server that is started.",
            HelpName = "DIR",
            DefaultValueFactory = _ => new DirectoryInfo("flash-output"),
        };
        size.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 4096)
            {
                result.AddError("--size must be 1 to 4096 pixels.");
            }
        });
        severity.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is { } level && level is not (>= 0 and <= 1))
            {
                result.AddError("--severity must be 0 to 1.");
            }
        });
        var (connection, forward, solver) = (new ConnectionOptions(), new OperatorOptions(DefaultOperator), new SolverOptions());
        var command = new Command("demo", "Degrades a picture, reconstructs it, and shows what it cost and what it gained.") { image, size, severity, output };
        forward.AddTo(command);
        solver.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new DemoRequest
            {
                Clean = DemoPicture.Load(parsed.GetValue(image), parsed.GetValue(size)),
                Operator = forward.Read(parsed),
                Severity = parsed.GetValue(severity),
                Reconstruction = solver.Read(parsed),
                OutputFolder = parsed.GetRequiredValue(output).FullName,
            };
            if (!request.Reconstruction.HasSeed)
            {
                request.Reconstruction.Seed = DefaultSeed;
            }

            var display = Displays.For(context);
            var isDefaultAddress = parsed.GetResult(connection.Address) is null or { Implicit: true };
            await using var server = await ServerSession.OpenAsync(
                parsed.GetRequiredValue(connection.Address), isDefaultAddress, solver.Model(parsed), request.OutputFolder, display, cancellation)
                .ConfigureAwait(false);
            await new DemoRun(server, display, context.Clock).RunAsync(request, cancellation).ConfigureAwait(false);
            return FlashCommandLine.Success;
        });
        return command;
    }
}
