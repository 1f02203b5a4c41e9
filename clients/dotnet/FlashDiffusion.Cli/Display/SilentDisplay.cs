using FlashDiffusion.Client;
using FlashDiffusion.V1;
using Spectre.Console.Rendering;

namespace FlashDiffusion.Cli.Display;

/// <summary>Shows nothing: a script reads the output.</summary>
internal sealed class SilentDisplay : IDisplay
{
    public void Say(string line)
    {
        // A script does not read it.
    }

    public void Show(IRenderable table)
    {
        // A script does not read it.
    }

    public Task<T> WaitAsync<T>(string what, Func<Task<T>> work) => work();

    public Task<T> CountAsync<T>(string what, int total, Func<Action<int>, Task<T>> work) => work(_ => { });

    public Task<T> TrackManyAsync<T>(Func<Func<string, IReconstructionWatcher>, Task<T>> work, bool several = true) => work(_ => new Watcher());

    private sealed class Watcher : IReconstructionWatcher
    {
        public void Accepted(Accepted accepted)
        {
            // A script does not read it.
        }

        public void Stepped(StepReport report, Progress progress)
        {
            // A script does not read it.
        }

        public void Resumed(ReconstructionResumed resumed)
        {
            // A script does not read it.
        }

        public void Ended()
        {
            // A script does not read it.
        }
    }
}
