using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Telemetry;

namespace FlashDiffusion.Engine.Devices;

/// <summary>What a device has to do: what is planned, and of what was not looked at yet, as much as is usual. Device loop only, but for the usual work.</summary>
/// <param name="forecast">Says when samples will be done.</param>
internal sealed class LoadReckoning(RecentForecast forecast)
{
    private double _usualWork = 1;
    private long _usualSteps = 1;

    /// <summary>Seconds of device time that is assumed of what is not planned yet; any thread.</summary>
    public double UsualWork => Volatile.Read(ref _usualWork);

    /// <summary>The load of all that waits.</summary>
    public EngineLoad Of(LaneScheduler scheduler)
    {
        Sample[] samples = [.. scheduler.Work.OfType<Sample>()];
        var (completions, work) = forecast.Of(samples);
        var steps = samples.Sum(sample => (long)sample.RemainingSteps);
        if (samples.Length > 0)
        {
            Volatile.Write(ref _usualWork, work / samples.Length);
            _usualSteps = Math.Max(1, steps / samples.Length);
        }

        if (scheduler.Count == 0)
        {
            return EngineLoad.Idle;
        }

        var running = samples.Count(sample => sample.FirstStepAt is not null);
        var unplanned = scheduler.Count - samples.Length;
        return new EngineLoad(
            scheduler.Count - running,
            running,
            steps + (unplanned * _usualSteps),
            completions.Count > 0 ? TimeSpan.FromSeconds(completions.Values.Min()) : null,
            completions.Count > 0 && completions.Count == samples.Length ? TimeSpan.FromSeconds(completions.Values.Max()) : null,
            work + (unplanned * _usualWork));
    }
}
