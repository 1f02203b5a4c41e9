using System.CommandLine;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Json;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Cli.Reconstruction;
using FlashDiffusion.Client;
using FlashDiffusion.V1;
using Spectre.Console;

namespace FlashDiffusion.Cli.Commands;

/// <summary><c>flash watch</c>: a reconstruction as it comes, drawn into the terminal.</summary>
internal static class WatchCommand
{
    public static Command Create(CliContext context)
    {
        var measurement = new Argument<FileInfo>("measurement") { Description = "The degraded picture: .npy, png, jpg or webp." };
        var output = new Option<FileInfo?>("--output", "-o")
        {
            Description = "Where the reconstruction goes: png, jpg, webp or npy by its ending; nowhere if not given.",
            HelpName = "FILE",
        };
        var every = new Option<int>("--every")
        {
            Description = "Draw a preview every so many steps; 0 means about twenty in all.",
            HelpName = "STEPS",
            DefaultValueFactory = _ => 0,
        }.Between(0, 1000, "steps");
        var json = JsonOutput.LinesOption("each event");
        var (connection, forward, solver) = (new ConnectionOptions(), new OperatorOptions(null), new SolverOptions());
        var command = new Command("watch", "Reconstructs a picture and draws it into the terminal as it comes; plain lines where there is none.") { measurement, output, every, json };
        forward.AddTo(command);
        solver.AddTo(command);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var target = parsed.GetValue(output) is { } file ? OutputPath.CheckFile(PictureFile.CheckName(file.FullName)) : null;
            var request = solver.Read(parsed);
            request.Measurement = MeasurementFile.Read(parsed.GetRequiredValue(measurement));
            request.Operator = forward.Read(parsed);
            request.Output = new OutputOptions { Format = PictureFormat.Tensor };
            request.Progress = new ProgressOptions { EverySteps = parsed.GetValue(every) };
            using var client = connection.Connect(parsed);
            var run = new Run(context, client, request, target);
            await (parsed.GetValue(json) ? run.LinesAsync(cancellation) : Displays.IsLive(context) ? run.LiveAsync(cancellation) : run.PlainAsync(cancellation)).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>One reconstruction, shown in one of three ways.</summary>
    private sealed class Run(CliContext context, FlashClient client, ReconstructRequest request, string? target)
    {
        public async Task LinesAsync(CancellationToken cancellation)
        {
            var lines = new EventLines(context);
            var outcome = await FollowAsync(lines, cancellation).ConfigureAwait(false);
            Save(outcome.Result);
            lines.Completed(outcome.Result, target);
        }

        public async Task PlainAsync(CancellationToken cancellation)
        {
            var display = Displays.For(context);
            var outcome = await display.TrackAsync(watcher => FollowAsync(watcher, cancellation)).ConfigureAwait(false);
            Save(outcome.Result);
            display.Say(Describe(outcome));
        }

        public Task LiveAsync(CancellationToken cancellation)
        {
            request.Progress.Preview = PreviewKind.Cheap;
            request.Progress.PreviewFormat = PictureFormat.Png;
            var seen = request.Measurement.ContentCase == V1.Picture.ContentOneofCase.Encoded || request.Measurement.Tensor.Shape is [3, _, _]
                ? request.Measurement.ToPicture("measurement")
                : null;
            return context.Console.Live(new Text("")).StartAsync(async live =>
            {
                var screen = new PreviewScreen(context.Console, live, seen);
                var outcome = await FollowAsync(screen, cancellation).ConfigureAwait(false);
                Save(outcome.Result);
                screen.Finish(outcome.Result.Picture.ToPicture("result"), Describe(outcome));
            });
        }

        private Task<ReconstructionOutcome> FollowAsync(IReconstructionWatcher watcher, CancellationToken cancellation) =>
            ReconstructionRun.RunAsync(client, request, watcher, context.Clock, cancellation);

        private void Save(Result result)
        {
            if (target is not null)
            {
                PictureFile.Write(target, result.Picture.ToPicture("result"));
            }
        }

        private string Describe(ReconstructionOutcome outcome)
        {
            return $"{target ?? "done"}: {Lines.Describe(outcome.Result.Cost)}, {Lines.Describe(outcome.Elapsed)}, seed {outcome.Result.Seed}";
        }
    }
}
