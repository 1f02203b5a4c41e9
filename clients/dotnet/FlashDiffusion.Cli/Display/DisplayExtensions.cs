namespace FlashDiffusion.Cli.Display;

/// <summary>What every display can do.</summary>
internal static class DisplayExtensions
{
    /// <summary>Shows one reconstruction from its first event to its last.</summary>
    public static Task<T> TrackAsync<T>(this IDisplay display, Func<IReconstructionWatcher, Task<T>> work) =>
        display.TrackManyAsync(begin => work(begin("")), several: false);
}
