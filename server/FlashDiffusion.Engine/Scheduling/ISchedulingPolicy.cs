namespace FlashDiffusion.Engine.Scheduling;

/// <summary>Which work of a lane goes first when not all of it fits into a batch. Lanes among themselves always take turns.</summary>
internal interface ISchedulingPolicy
{
    /// <summary>Name in the configuration.</summary>
    string Name { get; }

    /// <summary>Orders two pieces of work of one lane; must be a total order.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <param name="now">Timestamp of the decision.</param>
    /// <returns>Negative if <paramref name="left"/> goes first.</returns>
    int Compare(IScheduledWork left, IScheduledWork right, long now);
}
