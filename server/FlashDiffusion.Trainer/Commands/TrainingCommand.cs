using System.CommandLine;
using FlashDiffusion.Trainer.Runs;
using TorchSharp;

namespace FlashDiffusion.Trainer.Commands;

/// <summary>What running a training has in common: threads, the console, and ending at a checkpoint when told to stop.</summary>
internal static class TrainingCommand
{
    /// <summary>Makes the command's action: builds the task and runs the loop on it.</summary>
    public static void SetTraining(this Command command, TrainingOptions options, Func<ParseResult, RunSettings, ITrainingTask> build)
    {
        options.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            torch.set_num_threads(parsed.GetValue(options.Threads));
            var settings = options.Settings(parsed);
            using var task = build(parsed, settings);
            ConsoleReporter.Run(TimeProvider.System, command.Name, reporter =>
            {
                var end = new TrainingLoop(task, settings, TimeProvider.System, reporter).Run(cancellation);
                Console.WriteLine($"{command.Name}: stopped at step {end.Step} after {end.Seconds / 60:F1} minutes; weights in {settings.Output}/weights.");
            });
            return Task.FromResult(0);
        });
    }
}
