using FlashDiffusion.Client;
using FlashDiffusion.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FlashDiffusion.Cli.Display;

/// <summary>Lines for pipes, files and logs: nothing moves, at most about ten lines a reconstruction.</summary>
internal sealed class PlainDisplay(IAnsiConsole console) : IDisplay
{
    private const int ProgressLines = 10;
    private readonly Lock _lock = new();

    public void Say(string line)
    {
        lock (_lock)
        {
            console.Profile.Out.Writer.WriteLine(line);
        }
    }

    public void Show(IRenderable table) => console.Write(table);

    public Task<T> WaitAsync<T>(string what, Func<Task<T>> work)
    {
        Say(what);
        return work();
    }

    public Task<T> CountAsync<T>(string what, int total, Func<Action<int>, Task<T>> work)
    {
        var told = 0;
        return work(done =>
        {
            var due = done * ProgressLines / Math.Max(1, total);
            if (due > told)
            {
                told = due;
                Say($"{what}: {done} of {total}");
            }
        });
    }

    public Task<T> TrackManyAsync<T>(Func<Func<string, IReconstructionWatcher>, Task<T>> work, bool several = true) => work(name => new Watcher(this, Lines.Prefix(name)));

    private sealed class Watcher(PlainDisplay display, string prefix) : IReconstructionWatcher
    {
        private int _told;

        public void Accepted(Accepted accepted)
        {
            _told = 0;
            display.Say(prefix + Lines.Describe(accepted));
        }

        public void Stepped(StepReport report, V1.Progress progress)
        {
            var due = report.Step * ProgressLines / Math.Max(1, report.TotalSteps);
            if (due > _told)
            {
                _told = due;
                display.Say(prefix + Lines.Describe(report));
            }
        }

        public void Resumed(ReconstructionResumed resumed) => display.Say(prefix + Lines.Describe(resumed));

        public void Ended()
        {
            // The caller says how.
        }
    }
}
