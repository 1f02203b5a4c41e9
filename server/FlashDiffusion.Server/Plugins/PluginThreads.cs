using System.Globalization;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Plugins;

/// <summary>
/// Where plugins are loaded: each on a thread of its own, since what makes one (initialisers, constructor, descriptor) is foreign code that may never
/// come back. It is given up then as a device's thread is, and the plugin is refused. Should it come back after all, it disposes of what it made.
/// </summary>
internal sealed class PluginThreads(IOptions<EngineOptions> options, TimeProvider time, FlashDiffusionTelemetry telemetry, ILogger<PluginThreads> logger)
{
    /// <summary>Time that a plugin has to put itself away when the server ends, whose own time is short then.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _limit = options.Value.StepLimitSeconds > 0 ? TimeSpan.FromSeconds(options.Value.StepLimitSeconds) : Timeout.InfiniteTimeSpan;

    /// <summary>Loads a plugin, and waits for it as long as a call may take.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="kind">Its kind, for the metric.</param>
    /// <param name="load">Loads it; says where it is.</param>
    /// <returns>The plugin, or why it is refused.</returns>
    public PluginLoading Run(PluginFolder folder, string kind, Func<LoadingStage, PluginLoading> load)
    {
        var stage = new LoadingStage();
        // Whoever comes first decides: the thread or the clock.
        var done = new TaskCompletionSource<PluginLoading>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waking = new WakingTime(time, _limit);
        var began = waking.GetTimestamp();
        using var watchdog = _limit <= TimeSpan.Zero ? null : waking.Watch(
            () =>
            {
                if (waking.GetElapsedTime(began) < _limit)
                {
                    return;
                }

                var reason = string.Create(
                    CultureInfo.InvariantCulture, $"{stage.Now} took longer than {_limit.TotalSeconds:0.###} s (Engine:StepLimitSeconds), so that its thread was given up.");
                if (done.TrySetResult(PluginLoading.Refused(reason) with { HasHung = true }))
                {
                    telemetry.RecordAbandoned(kind, folder.Name);
                }
            });
        new Thread(() => Load(folder, stage, load, done)) { IsBackground = true, Name = "plugin" }.Start();
        return done.Task.GetAwaiter().GetResult();
    }

    /// <summary>Disposes of a plugin when the server ends: one that hangs or throws there does not keep it.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="plugin">The plugin.</param>
    public void End(PluginFolder folder, Plugin plugin)
    {
        var patience = _limit > TimeSpan.Zero && _limit < LongestEnd ? _limit : LongestEnd;
        var ending = new Thread(() =>
        {
            try
            {
                plugin.Dispose();
            }
#pragma warning disable CA1031 // Whatever foreign code throws must not end the process.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.PluginEndedBadly(logger, folder.Name, folder.Version, exception.Message);
            }
        }) { IsBackground = true, Name = "plugin" };
        ending.Start();
        if (!ending.Join(patience))
        {
            Log.PluginEndedBadly(logger, folder.Name, folder.Version, string.Create(CultureInfo.InvariantCulture, $"It took longer than {patience.TotalSeconds:0.###} s."));
        }
    }

    private void Load(PluginFolder folder, LoadingStage stage, Func<LoadingStage, PluginLoading> load, TaskCompletionSource<PluginLoading> done)
    {
        try
        {
            var loaded = load(stage);
            if (!done.TrySetResult(loaded))
            {
                Log.PluginReturned(logger, folder.Name, folder.Version);
                loaded.Plugin?.Dispose();
            }
        }
#pragma warning disable CA1031 // Whatever foreign code throws must not end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            done.TrySetException(exception);
        }
    }
}
