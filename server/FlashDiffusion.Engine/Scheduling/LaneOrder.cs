namespace FlashDiffusion.Engine.Scheduling;

/// <summary>The order in which work of a lane gets rows. Device loop only.</summary>
/// <param name="policy">Order of one caller's work, and of different callers' at the same place of their lines.</param>
internal sealed class LaneOrder(ISchedulingPolicy policy)
{
    /// <summary>Work in the order in which it would be served.</summary>
    /// <param name="lane">Work of one lane.</param>
    /// <param name="moment">When.</param>
    public IReadOnlyList<IScheduledWork> Of(IReadOnlyCollection<IScheduledWork> lane, SchedulingMoment moment)
    {
        Claim<IScheduledWork>[] claims = [.. lane.Select(work => ClaimOf(work, moment))];
        var callers = Dealing.Line(claims);
        foreach (var claim in claims)
        {
            claim.Item.Place.Stand(claim.Item, claim.Index, moment.Timestamp);
        }

        if (callers > 1)
        {
            foreach (var claim in claims)
            {
                var place = claim.Item.Place;
                (claim.Since, claim.CameUp, claim.Leap) = (place.Since(claim.Item, moment.Timestamp), place.CameUp, place.Leap);
                claim.Rank = policy.Rank(claim.Item, claim.Since, moment);
            }

            Dealing.Deal(claims);
        }

        return Array.ConvertAll(claims, claim => claim.Item);
    }

    private Claim<IScheduledWork> ClaimOf(IScheduledWork work, SchedulingMoment moment) => new(work, work.Id, work.Caller, work.Priority)
    {
        IsPressing = policy.IsPressing(work, moment),
        Own = policy.Rank(work, work.AcceptedAt, moment),
    };
}
