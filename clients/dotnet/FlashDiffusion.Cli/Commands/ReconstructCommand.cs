using System.CommandLine;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Cli.Reconstruction;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash reconstruct</c>: a degraded picture from the disk, and the picture back to it.</summary>
internal static class ReconstructCommand
{
    public static Command Create(CliContext context)
    {
        var measurement = new Argument<FileInfo>("measurement")
        {
            Description = "The measurement: .npy, float32, in the operator's shape, (3, height, width) on [0,1] and unclipped for pictures; or png, jpg, webp, whose noise is clipped.",
        };
        var output = new Option<FileInfo>("--output", "-o")
        {
            Description = "Where the reconstruction goes: png, jpg, webp or npy by its ending.",
            HelpName = "FILE",
            DefaultValueFactory = _ => new FileInfo("result.png"),
        };
        var (connection, forward, solver) = (new ConnectionOptions(), new OperatorOptions(null), new SolverOptions());
        var command = new Command("reconstruct", "Reconstructs a degraded picture whose operator is known.") { measurement, output };
        forward.AddTo(command);
        solver.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = solver.Read(parsed);
            request.Measurement = MeasurementFile.Read(parsed.GetRequiredValue(measurement));
            request.Operator = forward.Read(parsed);
            request.Output = new OutputOptions { Format = PictureFormat.Tensor };
            var display = Displays.For(context);
            using var client = connection.Connect(parsed);
            var outcome = await display.TrackAsync(
                watcher => ReconstructionRun.RunAsync(client, request, watcher, context.Clock, cancellation)).ConfigureAwait(false);
            foreach (var notice in outcome.Accepted.Notices)
            {
                display.Say($"note: {notice.Message}");
            }

            var path = parsed.GetRequiredValue(output).FullName;
            PictureFile.Write(path, outcome.Result.Picture.ToPicture("result"));
            var cost = outcome.Result.Cost;
            display.Say($"{path}: UNet calls {cost.UnetForward} of {cost.FullSteps}, {Lines.Describe(outcome.Elapsed)}, seed {outcome.Result.Seed}");
            return FlashCommandLine.Success;
        });
        return command;
    }
}
