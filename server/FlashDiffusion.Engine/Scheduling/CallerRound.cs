namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Who had a turn in this round of lanes. A lane is due while it holds work of somebody who had none; so somebody with many lanes gets one of them a
/// round, as everybody does. The lane that waits longest is due first in the next round, so that every lane gets its turn. What ran out of turn is not
/// due again, but its callers' other lanes are. With one caller each unit is a round. Device loop only.
/// </summary>
internal sealed class CallerRound
{
    private readonly HashSet<CallerKey> _served = [];
    private readonly HashSet<LaneKey> _outOfTurn = [];

    /// <summary>Whether a lane holds work of a class of somebody who had no turn.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="work">Its work.</param>
    /// <param name="priority">The class.</param>
    public bool IsDue(LaneKey lane, List<IScheduledWork> work, Priority priority) =>
        !_outOfTurn.Contains(lane) && work.Exists(item => item.Priority == priority && !_served.Contains(item.Caller));

    /// <summary>A lane ran out of turn.</summary>
    public void Hurry(LaneKey lane) => _outOfTurn.Add(lane);

    /// <summary>Everybody with work in a lane had a turn, also where not all of it fitted into the batch: the lane will be due again.</summary>
    public void Serve(IEnumerable<IScheduledWork> lane)
    {
        foreach (var work in lane)
        {
            _served.Add(work.Caller);
        }
    }

    /// <summary>Begins a new round.</summary>
    public void Begin()
    {
        _served.Clear();
        _outOfTurn.Clear();
    }
}
