using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Scheduling;

public sealed class LaneSchedulerTests
{
    private readonly LaneScheduler _scheduler = new(new FirstComePolicy(), (lane, _) => lane.Stage == Stage.Severity ? 2 : 3);
    private long _lastId;

    [Fact]
    public void Next_Empty_IsNull() => Assert.Null(Next());

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
        var kinds = Enumerable.Range(0, 9).Select(_ => Next()!.Lane.Kind).ToArray();
        Assert.Equal(["large", "small", "other", "large", "small", "other", "large", "small", "other"], kinds);
    }

    [Fact]
    public void Next_ALaneJoins_WaitsAtMostOneUnitOfEachOther()
    {
        AddTo("a", 4);
        AddTo("b", 4);
        Next();
        AddTo("c", 1);
        string[] kinds = [Next()!.Lane.Kind, Next()!.Lane.Kind, Next()!.Lane.Kind];
        Assert.Contains("c", kinds);
    }

    [Fact]
    public void Next_SmallAmongManyLargeLanes_WaitsForOneOfThemAtMost()
    {
        foreach (var kind in new[] { "a", "b", "c" })
        {
            AddTo(kind, 2, side: 32);
        }

        AddTo("middle", 2, side: 16);
        Next();
        AddTo("small", 1, side: 8);
        int[] sides = [.. Enumerable.Range(0, 60).Select(_ => Next()!.Lane.Working.Height)];
        foreach (var side in new[] { 8, 16 })
        {
            var waits = Waits(sides, side);
            Assert.InRange(waits.Max(), 0, 1);
            Assert.True(waits.Count > 10);
        }

        // In proportion to their pixels, so that small pictures have no more of the device's time than large ones.
        Assert.Equal((30, 15, 15), (sides.Count(side => side == 8), sides.Count(side => side == 16), sides.Count(side => side == 32)));
    }

    [Fact]
    public void Next_ALittleSmaller_TakesTurnsAsEverybody()
    {
        AddTo("a", 1, side: 32);
        AddTo("b", 1, side: 32);
        AddTo("c", 1, side: 24);
        string[] kinds = [.. Enumerable.Range(0, 6).Select(_ => Next()!.Lane.Kind)];
        Assert.Equal(["a", "b", "c", "a", "b", "c"], kinds);
    }

    [Fact]
    public void Next_SeverityWaits_GoesFirstButNeverTwiceInARow()
    {
        AddTo("step", 1);
        AddTo("look", 5, Stage.Severity);
        var stages = Enumerable.Range(0, 4).Select(_ => Next()!.Lane.Stage).ToArray();
        Assert.Equal([Stage.Severity, Stage.Step, Stage.Severity, Stage.Step], stages);
    }

    [Fact]
    public void Next_OnlySeverityWaits_GoesOn()
    {
        AddTo("look", 5, Stage.Severity);
        Assert.Equal(2, Next()!.Work.Length);
        Assert.Equal(Stage.Severity, Next()!.Lane.Stage);
    }

    [Theory]
    // What ran last, and whether large looks wait: then one large step at most goes before the small picture's own look and step, if a large look was under way.
    [InlineData(Stage.Step, 0, "small look, small")]
    [InlineData(Stage.Step, 6, "small look, small")]
    [InlineData(Stage.Severity, 6, "large, small look, small")]
    internal void Next_ASmallPictureComes_WaitsForOneLargeStepAtMost(Stage last, int looks, string expected)
    {
        AddTo("large", 2, side: 32);
        AddTo("large look", looks + (last == Stage.Severity ? 2 : 0), Stage.Severity, side: 32);
        while (Next()!.Lane.Stage != last)
        {
        }

        var look = AddTo("small look", 1, Stage.Severity)[0];
        var kinds = new List<string>();
        while (!kinds.Contains("small") && kinds.Count < 10)
        {
            kinds.Add(Next()!.Lane.Kind);
            if (kinds[^1] == "small look")
            {
                _scheduler.Remove(look, look.Lane);
                AddTo("small", 1);
            }
        }

        Assert.Equal(expected, string.Join(", ", kinds));
    }

    [Fact]
    public void Next_LargeLooksAndASmallPicture_LeaveLargeStepsTheirTurns()
    {
        AddTo("large", 2, side: 32);
        AddTo("small", 1, side: 8);
        var looks = AddTo("look", 20, Stage.Severity, side: 32);
        var kinds = new List<string>();
        while (looks.Count > 0)
        {
            var unit = Next()!;
            kinds.Add(unit.Lane.Kind);
            foreach (var look in unit.Work.OfType<FakeWork>().Where(looks.Remove))
            {
                _scheduler.Remove(look, look.Lane);
            }
        }

        // Ten looks in twos, and between them a step of either; a small picture waits for one large step at most, and not for a look after it.
        Assert.Equal(["look", "large", "small"], kinds.Take(3));
        Assert.InRange(kinds.Count(kind => kind == "large"), 9, 10);
        Assert.InRange(kinds.Count(kind => kind == "small"), 9, 10);
        Assert.All(kinds.Zip(kinds.Skip(1)).Where(pair => pair.First == "large"), pair => Assert.Equal("small", pair.Second));
    }

    [Fact]
    public void Next_LargeStepsAndManySmallLooks_LeaveALargeLookItsTurns()
    {
        AddTo("large", 2, side: 32);
        AddTo("small look", 1, Stage.Severity);
        AddTo("large look", 1, Stage.Severity, side: 32);
        string[] kinds = [.. Enumerable.Range(0, 16).Select(_ => Next()!.Lane.Kind)];
        Assert.Equal((8, 4, 4), (kinds.Count(kind => kind == "large"), kinds.Count(kind => kind == "small look"), kinds.Count(kind => kind == "large look")));
    }

    [Fact]
    public void Next_ManySmallLanesPassedOver_LeaveALookOneUnitInNine()
    {
        AddTo("large", 1, side: 32);
        foreach (var kind in Enumerable.Range(0, 20))
        {
            AddTo($"{kind}", 1);
        }

        AddTo("look", 1, Stage.Severity, side: 32);
        Stage[] stages = [.. Enumerable.Range(0, 60).Select(_ => Next()!.Lane.Stage)];
        Assert.InRange(stages.Count(stage => stage == Stage.Severity), 60 / (LaneScheduler.LookPatience + 1), 30);
        Assert.DoesNotContain(Enumerable.Range(0, stages.Length - LaneScheduler.LookPatience - 1), at => stages.Skip(at).Take(LaneScheduler.LookPatience + 1).All(stage => stage == Stage.Step));
    }

    [Fact]
    public void Remove_LastOfALane_ForgetsTheLane()
    {
        var work = AddTo("a", 1)[0];
        _scheduler.Remove(work, work.Lane);
        Assert.False(_scheduler.Holds(work.Lane));
        Assert.Equal(0, _scheduler.Count);
        Assert.Null(Next());
    }

    [Fact]
    public void Remove_Unknown_Throws()
    {
        AddTo("a", 1);
        Assert.Throws<InvalidOperationException>(() => _scheduler.Remove(new FakeWork(99, FakeWork.LaneOf("a")), FakeWork.LaneOf("a")));
    }

    [Fact]
    public void Next_HigherClassInAnotherLane_TakesEveryTurn()
    {
        AddTo("low", 3, priority: Priority.Low);
        var high = AddTo("high", 1, priority: Priority.High)[0];
        AddTo("normal", 1);
        Assert.All(Enumerable.Range(0, 4), _ => Assert.Equal("high", Next()!.Lane.Kind));
        _scheduler.Remove(high, high.Lane);
        Assert.All(Enumerable.Range(0, 4), _ => Assert.Equal("normal", Next()!.Lane.Kind));
    }

    [Fact]
    public void Next_HigherClassInTheSameLane_IsChosenFirstAndFreeRowsAreFilled()
    {
        AddTo("a", 3);
        AddTo("a", 1, priority: Priority.High);
        Assert.Equal([1L, 2, 4], Ids());
    }

    [Fact]
    public void Next_LookOfALowerClass_DoesNotGoBeforeSteps()
    {
        AddTo("look", 1, Stage.Severity, Priority.Low);
        AddTo("step", 1);
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal(Stage.Step, Next()!.Lane.Stage));
    }

    [Fact]
    public void Next_LooksWithDeadlines_GoBeforeEverythingTheEarliestInFront()
    {
        AddTo("step", 1, priority: Priority.High);
        AddTo("look", 2, Stage.Severity, Priority.High);
        FakeWork[] hurried = [.. Enumerable.Range(0, 3).Select(i => new FakeWork(100 + i, FakeWork.LaneOf(i == 1 ? "other look" : "look", Stage.Severity))
        {
            Deadline = DateTimeOffset.UnixEpoch.AddSeconds(9 - i),
            Priority = Priority.Low,
        })];
        Array.ForEach(hurried, _scheduler.Add);
        List<long[]> units = [];
        while (units.Count < 3)
        {
            var unit = Next()!;
            units.Add([.. unit.Work.Select(work => work.Id)]);
            Array.ForEach([.. unit.Work.Where(work => work.DueAt is not null)], work => _scheduler.Remove(work, work.Lane));
        }

        // Two rows a look; those of the same lane share one, and one that stays empty goes to who has no deadline.
        Assert.Equal([[100, 102], [101], [1]], units);
    }

    // Units of larger pictures between two of one size, and before the first.
    private static List<int> Waits(int[] sides, int side)
    {
        List<int> waits = [0];
        foreach (var served in sides)
        {
            if (served == side)
            {
                waits.Add(0);
            }
            else if (served > side)
            {
                waits[^1]++;
            }
        }

        return waits;
    }

    private ScheduledBatch? Next() => _scheduler.Next((_, _) => FakeWork.At(0));

    private long[] Ids() => [.. Next()!.Work.Select(work => work.Id)];

    private List<FakeWork> AddTo(string kind, int count, Stage stage = Stage.Step, Priority priority = Priority.Normal, int side = 8)
    {
        List<FakeWork> added = [.. Enumerable.Range(0, count).Select(_ => new FakeWork(++_lastId, FakeWork.LaneOf(kind, stage, side)) { Priority = priority })];
        added.ForEach(_scheduler.Add);
        return added;
    }
}
