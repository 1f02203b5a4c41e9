namespace FlashDiffusion.Engine.Scheduling;

/// <summary>When a decision is taken, and what is known of a lane's steps then.</summary>
/// <param name="Timestamp">Timestamp of the decision.</param>
/// <param name="Frequency">Timestamps a second.</param>
/// <param name="StepSeconds">What a step of the lane takes; where nothing was measured yet, a guess.</param>
internal readonly record struct SchedulingMoment(long Timestamp, long Frequency, double StepSeconds)
{
    /// <summary>Seconds since a timestamp.</summary>
    public double SecondsSince(long timestamp) => (double)(Timestamp - timestamp) / Frequency;

    /// <summary>Seconds of work that it still needs, if it shares every step with others.</summary>
    public double Remaining(IScheduledWork work) => work.RemainingSteps * StepSeconds;

    /// <summary>Seconds until it must be done; infinite without a deadline.</summary>
    public double UntilDeadline(IScheduledWork work) => work.DueAt is { } due ? (double)(due - Timestamp) / Frequency : double.PositiveInfinity;
}
