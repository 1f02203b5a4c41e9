using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Display;

/// <summary>Measures how fast steps come, from the first progress event on: what came before it is queueing and encoding.</summary>
internal sealed class StepRate(TimeProvider clock)
{
    private (int Step, long Time)? _first;

    public StepReport Report(Progress progress)
    {
        var now = clock.GetTimestamp();
        _first ??= (progress.Step, now);
        var (firstStep, firstTime) = _first.Value;
        var seconds = clock.GetElapsedTime(firstTime, now).TotalSeconds;
        double? rate = progress.Step > firstStep && seconds > 0 ? (progress.Step - firstStep) / seconds : null;
        var remaining = progress.Eta?.ToTimeSpan()
            ?? (rate is { } speed ? TimeSpan.FromSeconds((progress.TotalSteps - progress.Step) / speed) : (TimeSpan?)null);
        return new StepReport(progress.Step, progress.TotalSteps, rate, remaining);
    }
}
