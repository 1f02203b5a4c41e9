using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Decides, unit by unit, which work goes to the device next. Lanes take turns, so that no lane waits for more than one unit of each
/// other one; a lane that a step of at least twice its pixels went before is next, so that a small picture never waits for more than one
/// step of large ones, however many sizes and operators those come in. A look of a severity encoder goes before steps, but never twice in a
/// row while steps wait, and a large one not before a small picture that was passed over. Looks pass over looks, and steps steps: if looks passed
/// over steps, a small picture would take every turn between looks, and large ones would get none while looks wait. Only lanes with work of the
/// highest class that waits get a turn. A look with a deadline goes before all of these, the earliest first, since nothing can be promised before it;
/// and a unit that a promise needs now before that. Where several callers have work, turns and rows are dealt caller by caller
/// (<see cref="LaneTurns"/>, <see cref="Dealing"/>), and looks for callers who have samples enough wait for a while. Of the rows that were dealt no more
/// take the step than the highest class and each caller have time for (<see cref="RowShare"/>). Knows no tensors and no clock. Not thread-safe: the
/// device loop owns it.
/// </summary>
internal sealed class LaneScheduler
{
    /// <summary>
    /// How many times the pixels a large picture has. With twice as many, each lane that is half as large may have twice the turns and gets no
    /// more than the same time.
    /// </summary>
    public const int Large = 2;

    /// <summary>Units without a look after which one goes even if its callers have samples that wait: one in so many, or fewer, goes to it.</summary>
    public const int LookPatience = 8;

    private readonly Dictionary<LaneKey, List<IScheduledWork>> _lanes = [];
    private readonly LaneTurns _looks;
    private readonly LaneTurns _steps;
    private readonly LaneOrder _order;
    private readonly Func<LaneKey, int, int> _maximumBatch;
    private readonly Func<ScheduledBatch, ScheduledBatch>? _keep;
    private readonly Func<LaneKey, int, double?>? _seconds;
    private readonly CallerCounts _callers = new();
    private readonly CallerCounts _planned = new();
    private int _unitsWithoutLook = 1;

    /// <param name="policy">Order within a lane.</param>
    /// <param name="maximumBatch">Largest batch of a lane with so many pieces of work.</param>
    /// <param name="keep">What runs instead of a unit that would break a promise; null where nothing is promised.</param>
    /// <param name="seconds">What a unit of a lane takes with so many rows, null if unknown; null where only rows are shared and not their time.</param>
    public LaneScheduler(
        ISchedulingPolicy policy,
        Func<LaneKey, int, int> maximumBatch,
        Func<ScheduledBatch, ScheduledBatch>? keep = null,
        Func<LaneKey, int, double?>? seconds = null)
    {
        (_maximumBatch, _keep, _seconds) = (maximumBatch, keep, seconds);
        _order = new LaneOrder(policy);
        _looks = new LaneTurns(_lanes);
        _steps = new LaneTurns(_lanes);
    }

    /// <summary>Number of pieces of work.</summary>
    public int Count { get; private set; }

    /// <summary>All work, lane by lane.</summary>
    public IEnumerable<IScheduledWork> Work => _lanes.Values.SelectMany(lane => lane);

    private bool HasSeveralCallers => _callers.Callers > 1;

    /// <summary>Work of a lane, as it was added.</summary>
    public IReadOnlyCollection<IScheduledWork> In(LaneKey lane) => _lanes.TryGetValue(lane, out var work) ? work : [];

    /// <summary>Whether work of a lane waits.</summary>
    public bool Holds(LaneKey lane) => _lanes.ContainsKey(lane);

    /// <summary>Adds work to the lane that it names. It stays there until it is removed under the same name.</summary>
    public void Add(IScheduledWork work)
    {
        if (!_lanes.TryGetValue(work.Lane, out var lane))
        {
            _lanes.Add(work.Lane, lane = []);
            TurnsOf(work.Lane).Join(work.Lane);
        }

        if (_callers.Of(work.Caller) > 0)
        {
            work.Place.Follow();
        }

        lane.Add(work);
        Count++;
        _callers.Add(work.Caller);
        if (!IsLook(work.Lane))
        {
            _planned.Add(work.Caller);
        }
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
        _callers.Remove(work.Caller);
        if (!IsLook(from))
        {
            _planned.Remove(work.Caller);
        }

        if (lane.Count == 0)
        {
            _lanes.Remove(from);
            TurnsOf(from).Leave(from);
        }
    }

    /// <summary>The next unit of work; it stays in its lane.</summary>
    /// <param name="moment">When, and what a step of a lane with so much work takes, for the policy.</param>
    /// <returns>The batch; null if there is no work.</returns>
    public ScheduledBatch? Next(Func<LaneKey, int, SchedulingMoment> moment)
    {
        if (Hurried(moment) is not { } chosen)
        {
            if (Turn() is not { } turn)
            {
                return null;
            }

            chosen = new ScheduledBatch(turn, Shared(turn, [.. InOrder(turn, moment).Take(Most(turn))]));
        }

        var kept = _keep is null ? chosen : _keep(chosen);
        TurnsOf(kept.Lane).Served(kept.Lane, HasSeveralCallers);
        TurnsOf(kept.Lane).PassOver(kept.Lane);
        _unitsWithoutLook = IsLook(kept.Lane) ? 0 : _unitsWithoutLook + 1;

        // Samples keep their rows while the same ones are chosen, so that their operators stay bound.
        return kept with { Work = [.. kept.Work.OrderBy(work => work.Id)] };
    }

    /// <summary>Work of a lane in the order in which it would be served.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="moment">When.</param>
    public IReadOnlyList<IScheduledWork> InOrder(LaneKey lane, SchedulingMoment moment) => _lanes.TryGetValue(lane, out var work) ? _order.Of(work, moment) : [];

    private IReadOnlyList<IScheduledWork> InOrder(LaneKey lane, Func<LaneKey, int, SchedulingMoment> moment) => InOrder(lane, moment(lane, _lanes[lane].Count));

    private int Most(LaneKey lane) => Math.Max(1, _maximumBatch(lane, _lanes[lane].Count));

    // What is reckoned when such a look is taken on (BudgetPlanner.FitLook) is what runs: whatever has no deadline waits for it.
    private ScheduledBatch? Hurried(Func<LaneKey, int, SchedulingMoment> moment)
    {
        IScheduledWork[] hurried = [.. _lanes.Where(pair => IsLook(pair.Key)).SelectMany(pair => pair.Value).Where(work => work.DueAt is not null).OrderBy(work => work.DueAt).ThenBy(work => work.Id)];
        return hurried is [{ Lane: var lane }, ..]
            ? new ScheduledBatch(lane, [.. hurried.Where(work => work.Lane == lane).Concat(InOrder(lane, moment).Where(work => work.DueAt is null)).Take(Most(lane))])
            : null;
    }

    private ImmutableArray<IScheduledWork> Shared(LaneKey lane, ImmutableArray<IScheduledWork> rows) =>
        _seconds is null ? rows : rows[..RowShare.Rows([.. rows.Select(work => (work.Priority, work.Caller))], count => _seconds(lane, count))];

    private static bool IsLook(LaneKey lane) => lane.Stage == Stage.Severity;

    private LaneTurns TurnsOf(LaneKey lane) => IsLook(lane) ? _looks : _steps;

    private LaneKey? Turn()
    {
        if (Count == 0)
        {
            return null;
        }

        var highest = Work.Max(work => work.Priority);
        if (_steps.Next(highest) is not { } step)
        {
            return _looks.Next(highest);
        }

        return _unitsWithoutLook > 0 && _looks.Next(highest, look => CanWait(look, highest, step)) is { } next && !MustWait(next, step) ? next : step;
    }

    // A small picture that waited for a large step does not wait for anybody's look as well, but for one that waited for a large one itself and is no larger.
    private bool MustWait(LaneKey look, LaneKey step) =>
        _unitsWithoutLook < LookPatience
        && _steps.IsPassedOver(step)
        && (step.Working.Elements < look.Working.Elements || !_looks.IsPassedOver(look));

    // Another sample would not get a row, and everybody who waits for this look has one that does or might: rows that are taken are worth more.
    private bool CanWait(LaneKey look, Priority highest, LaneKey step) =>
        HasSeveralCallers
        && _unitsWithoutLook < LookPatience
        && _lanes[look].TrueForAll(work => work.Priority != highest || _planned.Of(work.Caller) > 0)
        && _maximumBatch(step, _lanes[step].Count + 1) <= _lanes[step].Count;
}
