namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Lanes that take turns, caller by caller (<see cref="CallerRound"/>). A lane that another of these of at least twice its pixels went before is next, out of
/// turn; where there are several callers each gets one such unit after a larger one, however many small lanes it has. Device loop only.
/// </summary>
/// <param name="lanes">Work by lane.</param>
internal sealed class LaneTurns(Dictionary<LaneKey, List<IScheduledWork>> lanes)
{
    private readonly LinkedList<LaneKey> _turns = [];
    private readonly HashSet<LaneKey> _passedOver = [];
    private readonly CallerRound _round = new();
    private long _last;

    /// <summary>Takes a lane on, behind all others, but for those of much larger pictures of which one had the last unit.</summary>
    public void Join(LaneKey lane)
    {
        _turns.AddLast(lane);
        if (LaneScheduler.Large * (long)lane.Working.Elements <= _last)
        {
            _passedOver.Add(lane);
        }
    }

    /// <summary>Forgets a lane.</summary>
    public void Leave(LaneKey lane)
    {
        _turns.Remove(lane);
        _passedOver.Remove(lane);
    }

    /// <summary>The lane whose turn it is: of those that were passed over the smallest, else the one that has waited longest and is due.</summary>
    /// <param name="priority">Lanes without work of this class have no turn.</param>
    /// <param name="waits">Lanes that have none either.</param>
    public LaneKey? Next(Priority priority, Func<LaneKey, bool>? waits = null)
    {
        LaneKey? passedOver = null;
        LaneKey? due = null;
        LaneKey? longest = null;
        foreach (var lane in _turns)
        {
            var work = lanes[lane];
            if (work.TrueForAll(item => item.Priority != priority) || waits?.Invoke(lane) == true)
            {
                continue;
            }

            longest ??= lane;
            due ??= _round.IsDue(lane, work, priority) ? lane : null;
            if (_passedOver.Contains(lane) && (passedOver is null || lane.Working.Elements < passedOver.Working.Elements))
            {
                passedOver = lane;
            }
        }

        if (due is null)
        {
            _round.Begin();
        }

        return passedOver ?? due ?? longest;
    }

    /// <summary>Takes note of a unit of one of these lanes.</summary>
    /// <param name="lane">The lane, with the work that it had.</param>
    /// <param name="several">Whether there are several callers.</param>
    public void Served(LaneKey lane, bool several)
    {
        _turns.Remove(lane);
        _turns.AddLast(lane);
        if (!_passedOver.Remove(lane))
        {
            _round.Serve(lanes[lane]);
            return;
        }

        _round.Hurry(lane);
        if (several)
        {
            // The other small lanes of the same callers wait for their turn.
            var callers = lanes[lane].Select(work => work.Caller).ToHashSet();
            _passedOver.RemoveWhere(other => lanes[other].TrueForAll(work => callers.Contains(work.Caller)));
        }
    }

    /// <summary>Whether a much larger picture went before a lane since its last unit.</summary>
    public bool IsPassedOver(LaneKey lane) => _passedOver.Contains(lane);

    /// <summary>Takes note of a unit of one of these lanes: those of much smaller pictures are next.</summary>
    public void PassOver(LaneKey served)
    {
        _last = served.Working.Elements;
        foreach (var lane in _turns.Where(lane => (long)LaneScheduler.Large * lane.Working.Elements <= served.Working.Elements))
        {
            _passedOver.Add(lane);
        }
    }
}
