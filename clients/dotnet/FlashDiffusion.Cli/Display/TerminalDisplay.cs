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
        return new TerminalWatcher(console, task, Lines.Prefix(name));
    }));

    private Spectre.Console.Progress Bars() => console.Progress().Columns(
        new SpinnerColumn(), new ProgressBarColumn(), new TaskDescriptionColumn { Alignment = Justify.Left });
}
