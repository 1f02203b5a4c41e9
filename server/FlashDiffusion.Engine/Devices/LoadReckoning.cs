using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Telemetry;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// What a device has to do: what is planned, and of what was not looked at yet, as much as is usual; estimates, which are over with their look, are not
/// counted. Device loop only, but for the usual work and the backlog.
/// </summary>
/// <param name="forecast">Says when samples will be done.</param>
internal sealed class LoadReckoning(RecentForecast forecast)
{
    private double _usualWork = 1;
    private long _usualSteps = 1;
    private bool _isKnown;

    /// <summary>Seconds of device time that is assumed of what is not planned yet; any thread.</summary>
    public double UsualWork => Volatile.Read(ref _usualWork);

    /// <summary>Expected time until all is done that is here or on its way; any thread. Null if nothing of its kind was measured.</summary>
    /// <param name="load">What was published last.</param>
    /// <param name="pressure">Seconds of work, with what is on its way.</param>
    public TimeSpan? Backlog(EngineLoad load, double pressure) =>
        pressure == 0 ? load.Backlog
        : Volatile.Read(ref _isKnown) ? TimeSpan.FromSeconds(Math.Max(load.Backlog?.TotalSeconds ?? 0, pressure))
        : null;

    /// <summary>The load of all that waits.</summary>
    public EngineLoad Of(LaneScheduler scheduler)
    {
        Sample[] samples = [.. scheduler.Work.OfType<Sample>()];
        var (completions, work) = forecast.Of(samples);
        var steps = samples.Sum(sample => (long)sample.RemainingSteps);

        // Of whole ones, while most of them is ahead: near the end the last decode is most of what is left.
        var whole = samples.Sum(sample => (long)sample.Steps.Length);
        if (steps > 0 && (2 * steps >= whole || !_isKnown))
        {
            Volatile.Write(ref _usualWork, work / steps * whole / samples.Length);
            _usualSteps = whole / samples.Length;
            Volatile.Write(ref _isKnown, completions.Count == samples.Length);
        }

        var counted = scheduler.Count - scheduler.Work.Count(item => item is SeverityProbe { IsEstimate: true });
        if (counted == 0)
        {
            return EngineLoad.Idle;
        }

        var running = samples.Count(sample => sample.FirstStepAt is not null);
        var unplanned = counted - samples.Length;
        return new EngineLoad(
            counted - running,
            running,
            steps + (unplanned * _usualSteps),
            completions.Count > 0 ? TimeSpan.FromSeconds(completions.Values.Min()) : null,
            completions.Count > 0 && completions.Count == samples.Length ? TimeSpan.FromSeconds(completions.Values.Max()) : null,
            work + (unplanned * _usualWork));
    }
}
