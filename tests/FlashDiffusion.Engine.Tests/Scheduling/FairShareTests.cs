using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Scheduling;

/// <summary>What callers are to each other. Batches of three, looks in twos, first come first unless said.</summary>
public sealed class FairShareTests
{
    private const string Flood = "flood";

    private readonly LaneScheduler _scheduler = new(new FirstComePolicy(), (lane, waiting) => Math.Min(waiting, lane.Stage == Stage.Severity ? 2 : 3));
    private long _lastId;
    private long _now;

    [Fact]
    public void Next_FloodBeforeAnother_LeavesHimARow()
    {
        Add(Flood, 5);
        Add("calm", 1);
        Assert.Equal([1L, 2, 6], Ids());
    }

    [Fact]
    public void Next_CallersWithDifferentMuch_TakeTheSpareRowsInTurn()
    {
        Add(Flood, 5);
        Add("calm", 2);
        Add("third", 1);
        Assert.Equal([1L, 6, 8], Ids());

        var scheduler = new LaneScheduler(new FirstComePolicy(), (_, _) => 5);
        List<FakeWork> work = [.. new[] { Flood, Flood, Flood, Flood, "calm", "calm" }.Select((caller, i) => new FakeWork(i + 1, FakeWork.LaneOf("a")) { Caller = new CallerKey(caller) })];
        work.ForEach(scheduler.Add);
        Assert.Equal([1L, 2, 3, 5, 6], scheduler.Next((_, _) => FakeWork.At(0))!.Work.Select(item => item.Id));
    }

    [Fact]
    public void Next_OfOneCaller_IsInItsPolicysOrder()
    {
        // The shorter of the flood's go first among themselves, and none of them before the other's first.
        var scheduler = new LaneScheduler(new ShortestRemainingPolicy(0), (_, _) => 3);
        scheduler.Add(Work(Flood) with { RemainingSteps = 9 });
        scheduler.Add(Work(Flood) with { RemainingSteps = 2 });
        scheduler.Add(Work(Flood) with { RemainingSteps = 4 });
        scheduler.Add(Work("calm") with { RemainingSteps = 50 });
        Assert.Equal([2L, 3, 4], scheduler.Next((_, _) => FakeWork.At(0))!.Work.Select(item => item.Id));
    }

    [Fact]
    public void Next_MoreCallersThanRows_WhoHadHisTurnGoesBehind()
    {
        // One row. Each of the flood's requests came before the other's, and only the first of them goes before it.
        var scheduler = new LaneScheduler(new FirstComePolicy(), (_, _) => 1);
        FakeWork[] work = [Work(Flood), Work(Flood), Work(Flood), Work("calm"), Work("third")];
        Assert.Equal([1L, 4, 5, 2, 3], ToTheEnd(scheduler, work));
    }

    [Fact]
    public void Next_ShortOnesOfAFlood_DoNotStarveALongOne()
    {
        // One row, and shortest first without ageing: one caller at a time would let all the short ones pass.
        var scheduler = new LaneScheduler(new ShortestRemainingPolicy(0), (_, _) => 1);
        FakeWork[] work = [Work(Flood), Work(Flood), Work(Flood), Work(Flood), Work("calm") with { RemainingSteps = 20 }];
        Assert.Equal([1L, 5, 2, 3, 4], ToTheEnd(scheduler, work));
    }

    [Fact]
    public void Next_TwoFloods_GetTheSpareRowInTurn()
    {
        var scheduler = new LaneScheduler(new FirstComePolicy(), (_, _) => 3);
        FakeWork[] work = [.. Enumerable.Range(0, 24).Select(i => Work(i < 12 ? "one" : "two"))];
        var ends = ToTheEnd(scheduler, work);
        Assert.InRange(ends.Take(12).Count(id => id <= 12), 5, 7);
    }

    [Fact]
    public void Next_APromiseAtStake_GoesFirstWhosever()
    {
        var scheduler = new LaneScheduler(SchedulingPolicies.Of(new EngineOptions { Policy = SchedulingPolicies.FirstCome }), (_, _) => 2);
        scheduler.Add(Work(Flood));
        scheduler.Add(Work(Flood) with { RemainingSteps = 10, Deadline = DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(12) });
        scheduler.Add(Work(Flood) with { RemainingSteps = 10, Deadline = DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(11) });
        scheduler.Add(Work("calm"));
        Assert.Equal([2L, 3], scheduler.Next((_, _) => FakeWork.At(0))!.Work.Select(item => item.Id));
    }

    [Fact]
    public void Next_HigherClass_GoesFirstWhosever()
    {
        _scheduler.Add(Work(Flood) with { Priority = Priority.High });
        _scheduler.Add(Work(Flood) with { Priority = Priority.High });
        _scheduler.Add(Work(Flood) with { Priority = Priority.High });
        Add("calm", 1);
        Assert.Equal([1L, 2, 3], Ids());
    }

    [Fact]
    public void Next_ManyLanesOfOneCaller_TakeEverySecondTurn()
    {
        foreach (var kind in Enumerable.Range(0, 6))
        {
            Add(Flood, 2, $"{kind}");
        }

        Next();
        Add("calm", 1, "calm");
        string[] kinds = [.. Enumerable.Range(0, 24).Select(_ => Next()!.Lane.Kind)];
        Assert.Equal(12, kinds.Count(kind => kind == "calm"));
        Assert.DoesNotContain(kinds.Zip(kinds.Skip(1)), pair => pair.First != "calm" && pair.Second != "calm");

        // And none of the many is left out.
        Assert.All(Enumerable.Range(0, 6), kind => Assert.Equal(2, kinds.Count(served => served == $"{kind}")));
    }

    [Fact]
    public void Next_LaneOfACallerWhoSharesAllOthers_GetsItsTurn()
    {
        // Every other lane holds somebody besides, who is due there: the one that is the caller's alone must not wait for ever.
        foreach (var i in Enumerable.Range(0, 5))
        {
            Add(Flood, 1, $"{i}");
            Add($"caller {i}", 1, $"{i}");
        }

        Add(Flood, 1, "alone");
        string[] kinds = [.. Enumerable.Range(0, 30).Select(_ => Next()!.Lane.Kind)];
        Assert.InRange(kinds.Count(kind => kind == "alone"), 4, 6);
    }

    [Fact]
    public void Next_OneLaneACaller_TakesTurnsAsWithoutCallers()
    {
        foreach (var (caller, kind, side) in new[] { ("a", "large", 32), ("b", "other", 32), ("c", "small", 8), ("a", "large", 32), ("d", "large", 32) })
        {
            Add(caller, 1, kind, side);
        }

        string[] kinds = [.. Enumerable.Range(0, 8).Select(_ => Next()!.Lane.Kind)];
        Assert.Equal(["large", "small", "other", "small", "large", "small", "other", "small"], kinds);
    }

    [Fact]
    public void Next_ManySmallLanesOfOneCaller_LeaveALargePictureItsTurns()
    {
        foreach (var kind in Enumerable.Range(0, 9))
        {
            Add(Flood, 1, $"{kind}", side: 8);
        }

        Add("calm", 1, "large", side: 32);
        string[] kinds = [.. Enumerable.Range(0, 60).Select(_ => Next()!.Lane.Kind)];

        // One because it is small, one because it is a turn: units of a sixteenth of the pixels.
        Assert.InRange(kinds.Count(kind => kind == "large"), 18, 22);
        Assert.All(Enumerable.Range(0, 9), kind => Assert.Contains($"{kind}", kinds));
    }

    [Fact]
    public void Next_SmallPictureBesideAFloodOfLargeLanes_WaitsForOneOfThemAtMost()
    {
        foreach (var kind in Enumerable.Range(0, 6))
        {
            Add(Flood, 2, $"{kind}", side: 32);
        }

        Add("other", 1, "other", side: 32);
        Add("calm", 1, "small", side: 8);
        string[] kinds = [.. Enumerable.Range(0, 40).Select(_ => Next()!.Lane.Kind)];
        Assert.DoesNotContain(kinds.Zip(kinds.Skip(1)), pair => pair.First != "small" && pair.Second != "small");
    }

    [Fact]
    public void Next_LooksOfAFlood_LetTheOthersFirst()
    {
        Add(Flood, 6, "look", stage: Stage.Severity);
        Add("calm", 1, "look", stage: Stage.Severity);
        Assert.Equal([1L, 7], Ids());
    }

    [Fact]
    public void Next_LooksForWhoHasSamplesEnough_WaitAWhile()
    {
        Add(Flood, 6, "step");
        Add("calm", 1, "step");
        Add(Flood, 6, "look", stage: Stage.Severity);
        Stage[] stages = [.. Enumerable.Range(0, 18).Select(_ => Next()!.Lane.Stage)];
        Assert.Equal([7, 16], stages.Index().Where(entry => entry.Item == Stage.Severity).Select(entry => entry.Index));

        // Somebody else's does not.
        Add("third", 1, "look", stage: Stage.Severity);
        var look = Next()!;
        Assert.Equal(Stage.Severity, look.Lane.Stage);
        Assert.Contains(look.Work, work => work.Caller.Equals(new CallerKey("third")));
    }

    [Fact]
    public void Next_RowsAreFree_LooksAreNotHeldBack()
    {
        Add(Flood, 1, "step");
        Add("calm", 1, "step");
        Add(Flood, 6, "look", stage: Stage.Severity);
        Assert.Equal([Stage.Severity, Stage.Step, Stage.Severity], [Next()!.Lane.Stage, Next()!.Lane.Stage, Next()!.Lane.Stage]);
    }

    [Fact]
    public void Next_OneCaller_IsWhatItWasWithoutAny()
    {
        // Against the plain order of class, rank and number, and lanes in turn.
        var random = new Random(7);
        var policy = SchedulingPolicies.Of(new EngineOptions());
        var scheduler = new LaneScheduler(policy, (_, _) => 4);
        List<FakeWork> waiting = [];
        for (var round = 0; round < 500; round++)
        {
            _now++;
            if (random.Next(3) > 0)
            {
                var work = new FakeWork(++_lastId, FakeWork.LaneOf("a"))
                {
                    AcceptedAt = _now,
                    RemainingSteps = random.Next(1, 20),
                    Priority = (Priority)random.Next(3),
                    Deadline = random.Next(3) == 0 ? DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(random.Next(1, 80)) : null,
                    Caller = new CallerKey("the only one"),
                };
                waiting.Add(work);
                scheduler.Add(work);
            }

            if (waiting.Count == 0)
            {
                continue;
            }

            var moment = FakeWork.At(_now);
            long[] expected = [.. waiting.OrderByDescending(work => work.Priority).ThenBy(work => policy.Rank(work, work.AcceptedAt, moment)).ThenBy(work => work.Id).Take(4).Select(work => work.Id).Order()];
            var batch = scheduler.Next((_, _) => moment)!;
            Assert.Equal(expected, batch.Work.Select(work => work.Id));
            foreach (var work in batch.Work.Cast<FakeWork>().Where(work => --work.RemainingSteps == 0).ToArray())
            {
                scheduler.Remove(work, work.Lane);
                waiting.Remove(work);
            }
        }
    }

    private ScheduledBatch? Next() => _scheduler.Next((_, _) => FakeWork.At(++_now));

    private long[] Ids() => [.. Next()!.Work.Select(work => work.Id)];

    private FakeWork Work(string caller) => new(++_lastId, FakeWork.LaneOf("a")) { AcceptedAt = _lastId - 1000, Caller = new CallerKey(caller) };

    private void Add(string caller, int count, string kind = "a", int side = 8, Stage stage = Stage.Step)
    {
        for (var i = 0; i < count; i++)
        {
            _scheduler.Add(new FakeWork(++_lastId, FakeWork.LaneOf(kind, stage, side)) { AcceptedAt = _now, Caller = new CallerKey(caller) });
        }
    }

    // Numbers in the order in which they are done.
    private static List<long> ToTheEnd(LaneScheduler scheduler, FakeWork[] work)
    {
        Array.ForEach(work, scheduler.Add);
        var ends = new List<long>();
        for (var now = 0; scheduler.Count > 0; now += 10)
        {
            foreach (var item in scheduler.Next((_, _) => FakeWork.At(now))!.Work.Cast<FakeWork>().Where(item => --item.RemainingSteps == 0).ToArray())
            {
                scheduler.Remove(item, item.Lane);
                ends.Add(item.Id);
            }
        }

        return ends;
    }
}
