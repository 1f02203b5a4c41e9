using FlashDiffusion.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FlashDiffusion.Cli.Display;

/// <summary>Lines for pipes, files and logs: nothing moves, at most about ten lines a reconstruction.</summary>
internal sealed class PlainDisplay(IAnsiConsole console) : IDisplay
{
    private const int ProgressLines = 10;

    public void Say(string line) => console.Profile.Out.Writer.WriteLine(line);

    public void Show(IRenderable table) => console.Write(table);

    public Task<T> WaitAsync<T>(string what, Func<Task<T>> work)
    {
        Say(what);
        return work();
    }

    public Task<T> TrackAsync<T>(Func<IReconstructionWatcher, Task<T>> work) => work(new Watcher(this));

    private sealed class Watcher(PlainDisplay display) : IReconstructionWatcher
    {
        private int _told;

        public void Accepted(Accepted accepted) => display.Say(Lines.Describe(accepted));

        public void Stepped(StepReport report)
        {
            var due = report.Step * ProgressLines / Math.Max(1, report.TotalSteps);
            if (due > _told)
            {
                _told = due;
                display.Say(Lines.Describe(report));
            }
        }
    }
}
