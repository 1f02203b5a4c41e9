namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Decides, unit by unit, which work goes to the device next. Lanes take turns, so that no lane waits for more than one unit of each
/// other one; a lane that a picture of at least twice its pixels went before is next, so that a small picture never waits for more than one
/// step of large ones, however many sizes and operators those come in. A look of a severity encoder goes before steps, but never twice in a
/// row while steps wait. Only lanes with work of the highest class that waits get a turn. A unit that a promise needs now goes before all of
/// these. Knows no tensors and no clock. Not thread-safe: the device loop owns it.
/// </summary>
/// <param name="policy">Order within a lane.</param>
/// <param name="maximumBatch">Largest batch of a lane with so many pieces of work.</param>
/// <param name="keep">What runs instead of a unit that would break a promise; null where nothing is promised.</param>
internal sealed class LaneScheduler(ISchedulingPolicy policy, Func<LaneKey, int, int> maximumBatch, Func<ScheduledBatch, ScheduledBatch>? keep = null)
{
    /// <summary>
    /// How many times the pixels a large picture has. With twice as many, each lane that is half as large may have twice the turns and gets no
    /// more than the same time.
    /// </summary>
    public const int Large = 2;

    private readonly Dictionary<LaneKey, List<IScheduledWork>> _lanes = [];
    private readonly HashSet<LaneKey> _passedOver = [];
    private readonly LinkedList<LaneKey> _turns = [];
    private bool _servedSeverity;

    /// <summary>Number of pieces of work.</summary>
    public int Count { get; private set; }

    /// <summary>All work, lane by lane.</summary>
    public IEnumerable<IScheduledWork> Work => _lanes.Values.SelectMany(lane => lane);

    /// <summary>Work of a lane, as it was added.</summary>
    public IReadOnlyCollection<IScheduledWork> In(LaneKey lane) => _lanes.TryGetValue(lane, out var work) ? work : [];

    /// <summary>Whether work of a lane waits.</summary>
    public bool Holds(LaneKey lane) => _lanes.ContainsKey(lane);

    /// <summary>Whether work of a lane, or of one that its samples move to and from, waits.</summary>
    public bool HoldsSibling(LaneKey lane) => _lanes.Keys.Any(lane.IsSibling);

    /// <summary>Adds work to the lane that it names. It stays there until it is removed under the same name.</summary>
    public void Add(IScheduledWork work)
    {
        if (!_lanes.TryGetValue(work.Lane, out var lane))
        {
            _lanes.Add(work.Lane, lane = []);
            _turns.AddLast(work.Lane);
        }

        lane.Add(work);
        Count++;
    }

    /// <summary>Removes work from a lane.</summary>
    /// <param name="work">The work.</param>
    /// <param name="from">The lane that it was added to.</param>
    public void Remove(IScheduledWork work, LaneKey from)
    {
        var lane = _lanes[from];
        if (!lane.Remove(work))
        {
            throw new InvalidOperationException($"Work {work.Id} is not in its lane.");
        }

        Count--;
        if (lane.Count == 0)
        {
            _lanes.Remove(from);
            _turns.Remove(from);
            _passedOver.Remove(from);
        }
    }

    /// <summary>The next unit of work; it stays in its lane.</summary>
    /// <param name="moment">When, and what a step of a lane with so much work takes, for the policy.</param>
    /// <returns>The batch; null if there is no work.</returns>
    public ScheduledBatch? Next(Func<LaneKey, int, SchedulingMoment> moment)
    {
        if (Turn() is not { Value: var turn })
        {
            return null;
        }

        var waiting = _lanes[turn].Count;
        var chosen = new ScheduledBatch(turn, [.. InOrder(turn, moment(turn, waiting)).Take(Math.Max(1, maximumBatch(turn, waiting)))]);
        var kept = keep is null ? chosen : keep(chosen);
        _turns.Remove(kept.Lane);
        _turns.AddLast(kept.Lane);
        _servedSeverity = kept.Lane.Stage == Stage.Severity;
        PassOver(kept.Lane);

        // Samples keep their rows while the same ones are chosen, so that their operators stay bound.
        return kept with { Work = [.. kept.Work.OrderBy(work => work.Id)] };
    }

    /// <summary>Work of a lane in the order in which it would be served.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="moment">When.</param>
    public IEnumerable<IScheduledWork> InOrder(LaneKey lane, SchedulingMoment moment) => _lanes.TryGetValue(lane, out var work)
        ? work.OrderByDescending(item => item.Priority).ThenBy(item => policy.Rank(item, moment)).ThenBy(item => item.Id)
        : [];

    private LinkedListNode<LaneKey>? Turn()
    {
        if (Count == 0)
        {
            return null;
        }

        var highest = Work.Max(work => work.Priority);
        LinkedListNode<LaneKey>? severity = null;
        LinkedListNode<LaneKey>? other = null;
        for (var node = _turns.First; node is not null; node = node.Next)
        {
            if (_lanes[node.Value].TrueForAll(work => work.Priority != highest))
            {
                continue;
            }

            if (node.Value.Stage == Stage.Severity)
            {
                severity = Sooner(severity, node);
            }
            else
            {
                other = Sooner(other, node);
            }
        }

        return severity is not null && (other is null || !_servedSeverity) ? severity : other ?? severity;
    }

    // Of those that were passed over the smallest, else whose turn it is.
    private LinkedListNode<LaneKey> Sooner(LinkedListNode<LaneKey>? first, LinkedListNode<LaneKey> second)
    {
        if (first is null || !_passedOver.Contains(second.Value))
        {
            return first ?? second;
        }

        return !_passedOver.Contains(first.Value) || second.Value.Working.Elements < first.Value.Working.Elements ? second : first;
    }

    private void PassOver(LaneKey served)
    {
        _passedOver.Remove(served);
        foreach (var lane in _turns.Where(lane => (long)Large * lane.Working.Elements <= served.Working.Elements))
        {
            _passedOver.Add(lane);
        }
    }
}
