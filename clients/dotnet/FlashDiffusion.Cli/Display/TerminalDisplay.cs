using FlashDiffusion.Client;
using FlashDiffusion.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FlashDiffusion.Cli.Display;

/// <summary>Spinner and progress bars for people in front of a terminal.</summary>
internal sealed class TerminalDisplay(IAnsiConsole console) : IDisplay
{
    public void Say(string line) => console.WriteLine(line);

    public void Show(IRenderable table) => console.Write(table);

    public Task<T> WaitAsync<T>(string what, Func<Task<T>> work) =>
        console.Status().Spinner(Spinner.Known.Dots).StartAsync(Markup.Escape(what), _ => work());

    public Task<T> CountAsync<T>(string what, int total, Func<Action<int>, Task<T>> work) => Bars().StartAsync(context =>
    {
        var task = context.AddTask(Markup.Escape(what), maxValue: Math.Max(1, total));
        return work(done =>
        {
            task.Value = done;
            task.Description = Markup.Escape($"{what}: {done} of {total}");
        });
    });

    public Task<T> TrackManyAsync<T>(Func<Func<string, IReconstructionWatcher>, Task<T>> work, bool several = true) => Bars().HideCompleted(several).StartAsync(context => work(name =>
    {
        var task = context.AddTask(Markup.Escape($"{Lines.Prefix(name)}waiting for the server"), autoStart: true);
        task.IsIndeterminate = true;
        return new Watcher(console, task, Lines.Prefix(name));
    }));

    private Spectre.Console.Progress Bars() => console.Progress().Columns(
        new SpinnerColumn(), new ProgressBarColumn(), new TaskDescriptionColumn { Alignment = Justify.Left });

    private sealed class Watcher(IAnsiConsole console, ProgressTask task, string prefix) : IReconstructionWatcher
    {
        public void Accepted(Accepted accepted)
        {
            console.WriteLine(prefix + Lines.Describe(accepted));
            task.IsIndeterminate = false;
            task.MaxValue = Math.Max(1, accepted.TotalSteps);
            task.Description = Markup.Escape($"{prefix}step 0 of {accepted.TotalSteps}");
        }

        public void Stepped(StepReport report, V1.Progress progress)
        {
            task.Value = report.Step;
            task.Description = Markup.Escape(prefix + Lines.Describe(report));
        }

        public void Resumed(ReconstructionResumed resumed) => console.WriteLine(prefix + Lines.Describe(resumed));

        public void Ended() => task.StopTask();
    }
}
