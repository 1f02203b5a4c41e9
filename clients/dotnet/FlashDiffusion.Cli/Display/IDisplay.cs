using Spectre.Console.Rendering;

namespace FlashDiffusion.Cli.Display;

/// <summary>How a command shows what happens: live in a terminal, as plain lines anywhere else.</summary>
internal interface IDisplay
{
    /// <summary>A line that stays.</summary>
    void Say(string line);

    /// <summary>A table that stays.</summary>
    void Show(IRenderable table);

    /// <summary>Shows that something of unknown length is going on.</summary>
    Task<T> WaitAsync<T>(string what, Func<Task<T>> work);

    /// <summary>Shows a reconstruction from its first event to its last.</summary>
    Task<T> TrackAsync<T>(Func<IReconstructionWatcher, Task<T>> work);
}
