using System.CommandLine;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Json;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash degrade</c>: makes a measurement from a clean picture.</summary>
internal static class DegradeCommand
{
    public static Command Create(CliContext context)
    {
        var picture = new Argument<FileInfo>("picture") { Description = "The clean picture: png, jpg, webp, or a .npy of it." };
        var output = new Option<FileInfo>("--output", "-o")
        {
            Description = "Where the measurement goes. A .npy keeps the noise unclipped for 'flash reconstruct', and a .png to look at is written beside it.",
            HelpName = "FILE",
            DefaultValueFactory = _ => new FileInfo("measurement.npy"),
        };
        var crop = new Option<int>("--size") { Description = "Crop the middle to a square of this side first.", HelpName = "PIXELS" }.Between(1, 4096, "pixels");
        var seed = new Option<ulong?>("--seed") { Description = "Seed of the noise; chosen by the server, and printed, if not given.", HelpName = "SEED" };
        var (connection, forward, json) = (new ConnectionOptions(), new OperatorOptions(null), JsonOutput.Option());
        var command = new Command("degrade", "Degrades a clean picture as an operator would.") { picture, output, crop, seed, json };
        forward.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = parsed.GetRequiredValue(output);
            OutputPath.CheckFile(PictureFile.CheckName(file.FullName));
            var request = new DegradeRequest
            {
                Picture = PictureFile.ReadMeasurement(parsed.GetRequiredValue(picture)).ToMessage(),
                Operator = forward.Read(parsed),
                Crop = parsed.GetValue(crop),
            };
            if (parsed.GetValue(seed) is { } chosen)
            {
                request.Seed = chosen;
            }

            using var client = connection.Connect(parsed);
            var answer = await client.DegradeAsync(request, cancellation).ConfigureAwait(false);
            MeasurementFile.Write(file.FullName, answer.Measurement);
            var display = Displays.For(context, parsed.GetValue(json));
            display.Say($"{file.FullName}: {Lines.Describe(request.Operator)}, seed {answer.Seed}{Lines.Noise(answer.Operator)}");
            string? preview = null;
            if (file.Extension.Equals(PictureFile.NumpyExtension, StringComparison.OrdinalIgnoreCase))
            {
                preview = Path.ChangeExtension(file.FullName, ".png");
                PictureFile.Write(preview, answer.Preview.ToPicture("preview"));
                display.Say($"{preview}: the same to look at");
            }

            if (parsed.GetValue(json))
            {
                (answer.Measurement, answer.Preview, answer.Clean) = (null, null, null);
                var value = ContractJson.Of(answer);
                (value["measurement"], value["preview"]) = (file.FullName, preview);
                JsonOutput.Write(context, value);
            }

            return ExitCode.Success;
        });
        return command;
    }
}
