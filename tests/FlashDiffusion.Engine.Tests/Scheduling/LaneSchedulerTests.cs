using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Scheduling;

public sealed class LaneSchedulerTests
{
    private readonly LaneScheduler _scheduler = new(new FirstComePolicy(), lane => lane.Stage == Stage.Severity ? 2 : 3);
    private long _lastId;

    [Fact]
    public void Next_Empty_IsNull() => Assert.Null(_scheduler.Next(0));

    [Fact]
    public void Next_MoreThanABatch_TakesTheFirstToCome()
    {
        AddTo("a", 5);
        Assert.Equal([1L, 2, 3], Ids());
        Assert.Equal([1L, 2, 3], Ids());
    }

    [Fact]
    public void Next_OneLeaves_TheNextJoinsBehind()
    {
        var work = AddTo("a", 5);
        Ids();
        _scheduler.Remove(work[1], work[1].Lane);
        Assert.Equal([1L, 3, 4], Ids());
    }

    [Fact]
    public void Next_SeveralLanes_TakeTurns()
    {
        AddTo("large", 9);
        AddTo("small", 1);
        AddTo("other", 2);
        var kinds = Enumerable.Range(0, 9).Select(_ => _scheduler.Next(0)!.Lane.Kind).ToArray();
        Assert.Equal(["large", "small", "other", "large", "small", "other", "large", "small", "other"], kinds);
    }

    [Fact]
    public void Next_ALaneJoins_WaitsAtMostOneUnitOfEachOther()
    {
        AddTo("a", 4);
        AddTo("b", 4);
        _scheduler.Next(0);
        AddTo("c", 1);
        string[] kinds = [_scheduler.Next(0)!.Lane.Kind, _scheduler.Next(0)!.Lane.Kind, _scheduler.Next(0)!.Lane.Kind];
        Assert.Contains("c", kinds);
    }

    [Fact]
    public void Next_SeverityWaits_GoesFirstButNeverTwiceInARow()
    {
        AddTo("step", 1);
        AddTo("look", 5, Stage.Severity);
        var stages = Enumerable.Range(0, 4).Select(_ => _scheduler.Next(0)!.Lane.Stage).ToArray();
        Assert.Equal([Stage.Severity, Stage.Step, Stage.Severity, Stage.Step], stages);
    }

    [Fact]
    public void Next_OnlySeverityWaits_GoesOn()
    {
        AddTo("look", 5, Stage.Severity);
        Assert.Equal(2, _scheduler.Next(0)!.Work.Length);
        Assert.Equal(Stage.Severity, _scheduler.Next(0)!.Lane.Stage);
    }

    [Fact]
    public void Remove_LastOfALane_ForgetsTheLane()
    {
        var work = AddTo("a", 1)[0];
        _scheduler.Remove(work, work.Lane);
        Assert.False(_scheduler.Holds(work.Lane));
        Assert.Equal(0, _scheduler.Count);
        Assert.Null(_scheduler.Next(0));
    }

    [Fact]
    public void Remove_Unknown_Throws()
    {
        AddTo("a", 1);
        Assert.Throws<InvalidOperationException>(() => _scheduler.Remove(new FakeWork(99, FakeWork.LaneOf("a")), FakeWork.LaneOf("a")));
    }

    private long[] Ids() => [.. _scheduler.Next(0)!.Work.Select(work => work.Id)];

    private List<FakeWork> AddTo(string kind, int count, Stage stage = Stage.Step)
    {
        List<FakeWork> added = [.. Enumerable.Range(0, count).Select(_ => new FakeWork(++_lastId, FakeWork.LaneOf(kind, stage)))];
        added.ForEach(_scheduler.Add);
        return added;
    }
}
