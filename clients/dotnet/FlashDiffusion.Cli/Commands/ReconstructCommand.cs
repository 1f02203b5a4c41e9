using System.CommandLine;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Json;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Cli.Reconstruction;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash reconstruct</c>: degraded pictures from the disk, and the pictures back to it.</summary>
internal static class ReconstructCommand
{
    private const string MeasurementHelp =
        "Measurements: .npy, float32, in the operator's shape, (3, height, width) on [0,1] and unclipped for pictures; or png, jpg, webp, whose noise is clipped.";

    public static Command Create(CliContext context)
    {
        var measurements = new Argument<string[]>("measurements")
        {
            Description = $"{MeasurementHelp} A folder stands for all of them in it.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "For one picture its file, png, jpg, webp or npy by its ending; for several or a folder, a folder. [default: result.png, or the folder reconstructed]",
            HelpName = "PATH",
        };
        var format = new Option<string>("--format")
        {
            Description = "Format of the files in a folder.",
            DefaultValueFactory = _ => "png",
        };
        format.AcceptOnlyFromAmong("png", "jpg", "webp", "npy");
        var parallel = new Option<int>("--parallel")
        {
            Description = "Most pictures that the server has at once; it computes them together.",
            HelpName = "COUNT",
            DefaultValueFactory = _ => 4,
        }.Between(1, 64);
        var json = JsonOutput.LinesOption("each picture");
        var (connection, forward, solver) = (new ConnectionOptions(), new OperatorOptions(null), new SolverOptions());
        var command = new Command("reconstruct", "Reconstructs degraded pictures whose operator is known.") { measurements, output, format, parallel, json };
        forward.AddTo(command);
        solver.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var inputs = parsed.GetRequiredValue(measurements);
            var jobs = PictureJob.Plan(inputs, parsed.GetValue(output), parsed.GetRequiredValue(format));
            foreach (var job in jobs)
            {
                OutputPath.CheckFile(job.Output);
            }

            var template = solver.Read(parsed);
            template.Operator = forward.Read(parsed);
            var asJson = parsed.GetValue(json);
            var display = Displays.For(context, asJson);
            using var client = connection.Connect(parsed);
            var said = new HashSet<string>();
            var batch = new PictureBatch(client, template, display, context.Clock);
            var outcomes = await batch.RunAsync(jobs, parsed.GetValue(parallel), PictureJob.IsMany(inputs), Tell, cancellation).ConfigureAwait(false);
            return Conclude(outcomes, display);

            void Tell(PictureOutcome outcome)
            {
                // What is true of all is said once.
                foreach (var notice in (outcome.Outcome?.Notices ?? []).Where(notice => said.Add(notice.Message)))
                {
                    display.Say($"{Lines.Prefix(jobs.Count > 1 ? outcome.Job.Input.Name : "")}note: {notice.Message}");
                }

                if (asJson)
                {
                    JsonOutput.WriteLine(context, outcome.ToJson());
                }
                else if (outcome.Failure is null)
                {
                    display.Say(outcome.Describe());
                }
                else
                {
                    context.Error.WriteLine($"flash: {outcome.Describe()}");
                }
            }
        });
        return command;
    }

    /// <summary>If all failed of the same cause, the exit code says it; else that some failed.</summary>
    private static int Conclude(PictureOutcome[] outcomes, IDisplay display)
    {
        var failures = outcomes.Select(outcome => outcome.Failure).OfType<Exception>().ToArray();
        if (outcomes.Length > 1)
        {
            var calls = outcomes.Sum(outcome => outcome.Outcome?.Result.Cost.UnetForward ?? 0);
            display.Say($"{outcomes.Length - failures.Length} of {outcomes.Length} pictures reconstructed, UNet calls {calls}");
        }

        var codes = failures.Select(ExitCode.Of).Distinct().ToArray();
        return codes switch
        {
            [] => ExitCode.Success,
            [var code] when failures.Length == outcomes.Length => code,
            _ => ExitCode.Failed,
        };
    }
}
