namespace FlashDiffusion.Engine.Scheduling;

/// <summary>First come, first served.</summary>
internal sealed class FirstComePolicy : ISchedulingPolicy
{
    /// <inheritdoc/>
    public string Name => SchedulingPolicies.FirstCome;

    /// <inheritdoc/>
    public double Rank(IScheduledWork work, SchedulingMoment moment) => work.Id;
}
