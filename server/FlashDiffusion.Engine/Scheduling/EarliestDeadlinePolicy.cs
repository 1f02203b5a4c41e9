namespace FlashDiffusion.Engine.Scheduling;

/// <summary>Earliest deadline first; whoever has none comes after all who have one, in the order of arrival.</summary>
internal sealed class EarliestDeadlinePolicy : ISchedulingPolicy
{
    /// <inheritdoc/>
    public string Name => SchedulingPolicies.EarliestDeadline;

    /// <inheritdoc/>
    public double Rank(IScheduledWork work, long since, SchedulingMoment moment) => moment.UntilDeadline(work);
}
