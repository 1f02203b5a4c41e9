using System.CommandLine;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Json;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash severity</c>: how bad is it, and what would a reconstruction cost.</summary>
internal static class SeverityCommand
{
    public static Command Create(CliContext context)
    {
        var measurement = new Argument<FileInfo>("measurement") { Description = "The degraded picture: .npy, png, jpg or webp." };
        var mean = new Option<FileInfo?>("--decoded-mean")
        {
            Description = "Write the severity encoder's mean, decoded, to this file.",
            HelpName = "FILE",
        };
        var model = new Option<string>("--model") { Description = "The model; the server's default if not given.", HelpName = "NAME" };
        var (connection, forward, json) = (new ConnectionOptions(), new OperatorOptions(null), JsonOutput.Option());
        var command = new Command("severity", "Predicts how severe the damage of a picture is.") { measurement, mean, model, json };
        forward.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new EstimateSeverityRequest
            {
                Measurement = MeasurementFile.Read(parsed.GetRequiredValue(measurement)),
                Operator = forward.Read(parsed),
                Model = parsed.GetValue(model) ?? "",
                IncludeDecodedMean = parsed.GetValue(mean) is not null,
            };
            _ = parsed.GetValue(mean) is { } target ? PictureFile.CheckName(target.FullName) : null;
            using var client = connection.Connect(parsed);
            var answer = await client.EstimateSeverityAsync(request, cancellation).ConfigureAwait(false);
            if (parsed.GetValue(mean) is { } file)
            {
                PictureFile.Write(file.FullName, answer.DecodedMean.ToPicture("decoded mean"));
            }

            if (parsed.GetValue(json))
            {
                answer.DecodedMean = null;
                JsonOutput.Write(context, ContractJson.Of(answer));
                return ExitCode.Success;
            }

            var display = Displays.For(context);
            display.Say(FormattableString.Invariant(
                $"severity {answer.Severity:0.####} ({(answer.SeverityReliable ? "reliable" : "not reliable")}), start step {answer.StartTimestep}"));
            foreach (var notice in answer.Notices)
            {
                display.Say($"note: {notice.Message}");
            }

            return ExitCode.Success;
        });
        return command;
    }
}
