namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Keeps what was promised, whatever the policy: work that meets its deadline only if it is served from now on goes first, the earliest
/// deadline in front. A request that was shortened to fit its deadline must not be overtaken by what arrives later.
/// </summary>
/// <param name="inner">Order of everything else.</param>
internal sealed class PromisesFirstPolicy(ISchedulingPolicy inner) : ISchedulingPolicy
{
    /// <summary>Share of the remaining time that is kept as slack.</summary>
    private const double Slack = 0.25;

    /// <summary>Below every rank of a policy: waiting times and deadlines are seconds.</summary>
    private const double Front = -1e15;

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public double Rank(IScheduledWork work, long since, SchedulingMoment moment) =>
        IsPressing(work, moment) ? Front + moment.UntilDeadline(work) : inner.Rank(work, since, moment);

    /// <inheritdoc/>
    public bool IsPressing(IScheduledWork work, SchedulingMoment moment) =>
        moment.UntilDeadline(work) <= (1 + Slack) * (moment.Remaining(work) + moment.StepSeconds);
}
