using Spectre.Console.Rendering;

namespace FlashDiffusion.Cli.Display;

/// <summary>How a command shows what happens: live in a terminal, as plain lines anywhere else, not at all where a script reads JSON.</summary>
internal interface IDisplay
{
    /// <summary>A line that stays.</summary>
    void Say(string line);

    /// <summary>A table that stays.</summary>
    void Show(IRenderable table);

    /// <summary>Shows that something of unknown length is going on.</summary>
    Task<T> WaitAsync<T>(string what, Func<Task<T>> work);

    /// <summary>Shows how many of a known number are done.</summary>
    Task<T> CountAsync<T>(string what, int total, Func<Action<int>, Task<T>> work);

    /// <summary>Shows reconstructions that run at once, each from its first event to its last. The work asks for a watcher for each, by name.</summary>
    /// <param name="work">The work.</param>
    /// <param name="several">Whether those that have ended make room for others.</param>
    Task<T> TrackManyAsync<T>(Func<Func<string, IReconstructionWatcher>, Task<T>> work, bool several = true);
}
