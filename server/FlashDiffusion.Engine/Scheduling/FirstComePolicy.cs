namespace FlashDiffusion.Engine.Scheduling;

/// <summary>First come, first served.</summary>
internal sealed class FirstComePolicy : ISchedulingPolicy
{
    /// <inheritdoc/>
    public string Name => SchedulingPolicies.FirstCome;

    /// <summary>The same for all: of equal ones the one that came first goes first.</summary>
    public double Rank(IScheduledWork work, long since, SchedulingMoment moment) => 0;
}
