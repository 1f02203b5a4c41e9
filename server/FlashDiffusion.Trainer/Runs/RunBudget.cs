namespace FlashDiffusion.Trainer.Runs;

/// <summary>How far a run is, by steps or by time, whichever is further.</summary>
internal sealed record RunBudget(long? Steps, double? Minutes)
{
    /// <summary>Share of the budget that is spent, 0 to 1.</summary>
    public double Progress(long stepsTaken, double secondsTaken)
    {
        // No steps at all only validates: a way to ask for the figures of given weights.
        var bySteps = Steps switch
        {
            null => 0,
            0 => 1,
            { } steps => (double)stepsTaken / steps,
        };
        var byTime = Minutes is { } minutes ? secondsTaken / Math.Max(1e-9, minutes * 60) : 0;
        return Math.Clamp(Math.Max(bySteps, byTime), 0, 1);
    }

    public static RunBudget Of(RunSettings settings) => settings is { Steps: null, Minutes: null }
        ? throw new ArgumentException("Say how long to train: --steps or --minutes.", nameof(settings))
        : new RunBudget(settings.Steps, settings.Minutes);
}
