using FlashDiffusion.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FlashDiffusion.Cli.Display;

/// <summary>Spinner and progress bar for people in front of a terminal.</summary>
internal sealed class TerminalDisplay(IAnsiConsole console) : IDisplay
{
    public void Say(string line) => console.WriteLine(line);

    public void Show(IRenderable table) => console.Write(table);

    public Task<T> WaitAsync<T>(string what, Func<Task<T>> work) =>
        console.Status().Spinner(Spinner.Known.Dots).StartAsync(Markup.Escape(what), _ => work());

    public Task<T> TrackAsync<T>(Func<IReconstructionWatcher, Task<T>> work) => console.Progress()
        .Columns(new SpinnerColumn(), new ProgressBarColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .StartAsync(async context =>
        {
            var task = context.AddTask("waiting for the server", autoStart: true);
            task.IsIndeterminate = true;
            return await work(new Watcher(console, task)).ConfigureAwait(false);
        });

    private sealed class Watcher(IAnsiConsole console, ProgressTask task) : IReconstructionWatcher
    {
        public void Accepted(Accepted accepted)
        {
            console.WriteLine(Lines.Describe(accepted));
            task.IsIndeterminate = false;
            task.MaxValue = Math.Max(1, accepted.TotalSteps);
            task.Description = $"step 0 of {accepted.TotalSteps}";
        }

        public void Stepped(StepReport report)
        {
            task.Value = report.Step;
            task.Description = Markup.Escape(Lines.Describe(report));
        }
    }
}
