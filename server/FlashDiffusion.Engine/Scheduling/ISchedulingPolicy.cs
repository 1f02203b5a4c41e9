namespace FlashDiffusion.Engine.Scheduling;

/// <summary>Which work of a lane goes first when not all of it fits into a batch. Lanes among themselves always take turns.</summary>
internal interface ISchedulingPolicy
{
    /// <summary>Name in the configuration.</summary>
    string Name { get; }

    /// <summary>Rank of a piece of work of one lane: the lowest goes first, of equal ones the one that came first.</summary>
    /// <param name="work">The work.</param>
    /// <param name="since">Timestamp from which its waiting counts.</param>
    /// <param name="moment">When, and what a step of the lane takes.</param>
    /// <returns>Any number but NaN.</returns>
    double Rank(IScheduledWork work, long since, SchedulingMoment moment);

    /// <summary>Whether a promise is at stake, so that work goes first whosever it is.</summary>
    /// <param name="work">The work.</param>
    /// <param name="moment">When, and what a step of the lane takes.</param>
    bool IsPressing(IScheduledWork work, SchedulingMoment moment) => false;
}
