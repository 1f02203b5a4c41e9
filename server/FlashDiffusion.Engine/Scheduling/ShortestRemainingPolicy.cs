namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Shortest remaining work first, with ageing: who has waited w seconds goes before work that is up to (ageing x w) seconds shorter.
/// Without ageing mild pictures overtake for ever, and severe ones may starve; with much of it the order is first come.
/// </summary>
/// <param name="ageing">Seconds of work that a second of waiting outweighs, 0 or more.</param>
internal sealed class ShortestRemainingPolicy(double ageing) : ISchedulingPolicy
{
    /// <inheritdoc/>
    public string Name => SchedulingPolicies.ShortestRemaining;

    /// <inheritdoc/>
    public double Rank(IScheduledWork work, long since, SchedulingMoment moment) => moment.Remaining(work) - (ageing * moment.SecondsSince(since));
}
