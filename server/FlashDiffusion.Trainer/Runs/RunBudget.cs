namespace FlashDiffusion.Trainer.Runs;

/// <summary>How far a run is, by steps or by time, whichever is further.</summary>
internal sealed record RunBudget(long? Steps, double? Minutes)
{
    /// <summary>Share of the budget that is spent, 0 to 1.</summary>
    public double Progress(long stepsTaken, double secondsTaken)
    {
        var bySteps = Steps is { } steps ? (double)stepsTaken / Math.Max(1, steps) : 0;
        var byTime = Minutes is { } minutes ? secondsTaken / Math.Max(1e-9, minutes * 60) : 0;
        return Math.Clamp(Math.Max(bySteps, byTime), 0, 1);
    }

    public static RunBudget Of(RunSettings settings) => settings is { Steps: null, Minutes: null }
        ? throw new ArgumentException("Say how long to train: --steps or --minutes.", nameof(settings))
        : new RunBudget(settings.Steps, settings.Minutes);
}
