using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Tests.Scheduling;
using FsCheck;
using FsCheck.Fluent;

namespace FlashDiffusion.Engine.Tests.Forecasts;

public sealed class ForecastTests
{
    private static readonly CallerKey Flood = new("flood");

    [Fact]
    public void Completions_Alone_IsStepsTimesTimePlusFinish()
    {
        var completions = Completions([Work(1, "a", 100, _ => 0.1, 0.5)], 8);
        Assert.Equal(10.5, completions[1], 1e-9);
    }

    [Fact]
    public void Completions_TwoInABatch_ShareTheirSteps()
    {
        var completions = Completions([Work(1, "a", 10, batch => batch, 0), Work(2, "a", 30, batch => batch, 0)], 8);
        Assert.Equal(20, completions[1], 1e-9);
        Assert.Equal(40, completions[2], 1e-9);
    }

    [Fact]
    public void Completions_MoreThanABatch_TheLastWaits()
    {
        var completions = Completions([Work(1, "a", 10, _ => 1, 0), Work(2, "a", 10, _ => 1, 0), Work(3, "a", 5, _ => 1, 0)], 2);
        Assert.Equal(10, completions[1], 1e-9);
        Assert.Equal(15, completions[3], 1e-9);
    }

    [Fact]
    public void Completions_TwoGroups_TakeTurns()
    {
        var completions = Completions([Work(1, "a", 10, _ => 1, 0), Work(2, "b", 20, _ => 2, 0)], 8);
        Assert.Equal(30, completions[1], 1e-9);
        Assert.Equal(50, completions[2], 1e-9);
    }

    [Fact]
    public void Completions_UnknownStepTime_IsLeftOut()
    {
        var completions = Completions([Work(1, "a", 10, _ => null, 0), Work(2, "b", 10, _ => 1, 0)], 8);
        Assert.DoesNotContain(1, completions.Keys);
        Assert.Equal(10, completions[2], 1e-9);
    }

    [Fact]
    public void Completions_NoStepsLeft_IsTheFinish() =>
        Assert.Equal(0.5, Completions([Work(1, "a", 0, _ => 1, 0.5)], 8)[1], 1e-9);

    [Fact]
    public void Completions_LowerRank_GoesFirst()
    {
        var completions = Forecast.Completions([Work(1, "a", 10, _ => 1, 0) with { MaximumBatch = _ => 1, Rank = 2 }, Work(2, "a", 3, _ => 1, 0) with { Rank = 1, MaximumBatch = _ => 1 }]);
        Assert.Equal((13.0, 3.0), (completions[1], completions[2]));
    }

    [Fact]
    public void Completions_SmallAmongLargeGroups_GoesAfterEachOfThem()
    {
        ForecastWork[] large = [Work(1, "a", 10, _ => 4, 0) with { Elements = 100 }, Work(2, "b", 10, _ => 4, 0) with { Elements = 100 }];
        var completions = Forecast.Completions([Work(3, "small", 10, _ => 1, 0) with { Elements = 50 }, .. large]);

        // Two small steps to one of each large group; and where two steps are no longer left, one.
        Assert.Equal((50.0, 90.0, 90.0), (completions[3], completions[1], completions[2]));
        completions = Forecast.Completions([Work(3, "small", 5, _ => 1, 0) with { Elements = 50 }, .. large]);
        Assert.Equal(4 + 1 + 4 + 1 + 4 + 1 + 4 + 1 + 4 + 1 + 4.0, completions[3], 1e-9);
    }

    [Fact]
    public void Completions_AnyWork_EndsAfterAllOfIt()
    {
        // Nothing is lost and nothing counted twice, whatever the mix: one after another all of it takes the sum.
        ForecastWork[] work = [.. Enumerable.Range(0, 60).Select(i => Work(i, $"{i % 4}", 1 + (i * 7 % 13), _ => 1, 0.5) with { Elements = 1 << (i % 4), MaximumBatch = _ => 1, Rank = i * 31 % 17 })];
        var completions = Forecast.Completions(work);
        Assert.Equal(work.Sum(item => item.RemainingSteps + 0.5), completions.Values.Max(), 1e-9);
        Assert.Equal(work.Length, completions.Count);
    }

    [Fact]
    public void Completions_LowerClass_WaitsForTheHigher()
    {
        var completions = Forecast.Completions([Work(1, "a", 10, _ => 1, 0), Work(2, "b", 3, _ => 1, 0) with { Class = Priority.High }]);
        Assert.Equal((13.0, 3.0), (completions[1], completions[2]));
    }

    [Fact]
    public void Completions_LowerClassOfTheSameGroup_TakesNoTimeOfTheHigher()
    {
        // A row takes a second: the other's would double each step. Where rows are free, both are done with the same steps.
        ForecastWork[] work = [Work(1, "a", 10, rows => rows, 0), Work(2, "a", 3, rows => rows, 0) with { Class = Priority.High }];
        var completions = Forecast.Completions(work);
        Assert.Equal((13.0, 3.0), (completions[1], completions[2]));

        completions = Forecast.Completions(work.Select(item => item with { StepSeconds = _ => 1 }));
        Assert.Equal((10.0, 3.0), (completions[1], completions[2]));
    }

    [Fact]
    public void Completions_OfAFlood_LeaveAnotherItsRow()
    {
        ForecastWork[] flood = [.. Enumerable.Range(1, 4).Select(id => Work(id, "a", 10, _ => 1, 0) with { Caller = Flood })];
        var completions = Completions([.. flood, Work(5, "a", 10, _ => 1, 0)], 2);
        Assert.Equal((10.0, 20.0, 20.0, 30.0, 10.0), (completions[1], completions[2], completions[3], completions[4], completions[5]));
    }

    [Fact]
    public void Completions_ComingUpBehindOneOfItsCaller_GoesBehindWhoWaits()
    {
        ForecastWork[] flood = [.. Enumerable.Range(1, 2).Select(id => Work(id, "a", 5, _ => 1, 0) with { Caller = Flood, Rank = 5, Standing = 5 })];
        var completions = Completions([.. flood, Work(3, "a", 20, _ => 1, 0) with { Rank = 20, Standing = 20 }], 1);
        Assert.Equal((5.0, 30.0, 25.0), (completions[1], completions[2], completions[3]));
    }

    [Fact]
    public void Completions_ManyGroupsOfOneCaller_TakeEverySecondTurn()
    {
        ForecastWork[] flood = [.. Enumerable.Range(1, 4).Select(id => Work(id, $"{id}", 10, _ => 1, 0) with { Caller = Flood })];
        var completions = Completions([.. flood, Work(5, "calm", 10, _ => 1, 0)], 8);

        // Ten of its own and as many between, to a turn of each group.
        Assert.InRange(completions[5], 19, 23);
        Assert.Equal(50, completions.Values.Max(), 1e-9);
    }

    [Theory]
    [InlineData("first_come", 0)]
    [InlineData("shortest_remaining", 0)]
    [InlineData("shortest_remaining", 0.3)]
    public void Completions_AnyCallers_AreWhatTheSchedulerDoes(string policyName, double ageing)
    {
        var policy = SchedulingPolicies.Of(new EngineOptions { Policy = policyName, Ageing = ageing });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithQuietOnSuccess(true), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), (byte[] program) =>
        {
            var batch = 1 + (program.Length % 4);
            FakeWork[] work = [.. program.Select((item, i) => new FakeWork(i + 1, FakeWork.LaneOf("a"))
            {
                AcceptedAt = i - program.Length,
                RemainingSteps = 1 + (item / 4 % 9),
                Caller = new CallerKey($"{item % 4}"),
                Priority = item >= 240 ? Priority.High : Priority.Normal,
            })];
            var scheduler = new LaneScheduler(policy, (_, _) => batch);
            Array.ForEach(work, scheduler.Add);
            var moment = FakeWork.At(0);
            var forecast = Forecast.Completions(work.Select(item => new ForecastWork(item.Id, "a", item.RemainingSteps, _ => 1, 0)
            {
                Class = item.Priority,
                Rank = policy.Rank(item, item.AcceptedAt, moment),
                Caller = item.Caller,
                Standing = policy.Rank(item, item.Place.Since(item, 0), moment),
                Since = item.Place.Since(item, 0),
                CameUp = item.Place.CameUp,
                MaximumBatch = _ => batch,
            }));
            for (var second = 1; scheduler.Count > 0; second++)
            {
                foreach (var item in scheduler.Next((_, _) => FakeWork.At(10 * (second - 1)))!.Work.Cast<FakeWork>().Where(item => --item.RemainingSteps == 0).ToArray())
                {
                    scheduler.Remove(item, item.Lane);
                    Assert.Equal(second, forecast[item.Id], 1e-9);
                }
            }
        }));
    }

    [Fact]
    public void Completions_WhoSharesTheTimeWithAFlood_AreWhatTheSchedulerDoes()
    {
        // Two callers take a step of four rows in the time of two steps alone, until one of them is done.
        FakeWork[] work = [.. Enumerable.Range(1, 12).Select(id => new FakeWork(id, FakeWork.LaneOf("a")) { RemainingSteps = 6, Caller = id == 12 ? new CallerKey("calm") : Flood })];
        double Seconds(int rows) => 1 + ((rows - 1) / 3.0);
        var forecast = Forecast.Completions(work.Select(item => new ForecastWork(item.Id, "a", item.RemainingSteps, rows => Seconds(rows), 0) { Caller = item.Caller, MaximumBatch = waiting => Math.Min(waiting, 8) }));
        Assert.Equal(6 * 2, forecast[12], 1e-9);

        var scheduler = new LaneScheduler(new FirstComePolicy(), (_, waiting) => Math.Min(waiting, 8), seconds: (_, rows) => Seconds(rows));
        Array.ForEach(work, scheduler.Add);
        var now = 0.0;
        while (scheduler.Count > 0)
        {
            var batch = scheduler.Next((_, _) => FakeWork.At(0))!.Work;
            now += Seconds(batch.Length);
            foreach (var item in batch.Cast<FakeWork>().Where(item => --item.RemainingSteps == 0))
            {
                scheduler.Remove(item, item.Lane);
                Assert.Equal(now, forecast[item.Id], 1e-9);
            }
        }
    }

    [Fact]
    public void Completions_AnyClasses_AreWhatTheSchedulerDoes() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithQuietOnSuccess(true), Prop.ForAll(ArbMap.Default.ArbFor<(byte[] Program, byte Row)>(), draw =>
        {
            // Rows from free to as long as a step of their own.
            var (most, row) = (1 + (draw.Program.Length % 5), draw.Row / 255.0);
            double Seconds(int rows) => 1 + (row * (rows - 1));
            FakeWork[] work = [.. draw.Program.Select((item, i) => new FakeWork(i + 1, FakeWork.LaneOf("a")) { RemainingSteps = 1 + (item / 3 % 9), Priority = (Priority)(item % 3) })];
            var forecast = Forecast.Completions(work.Select(item => new ForecastWork(item.Id, "a", item.RemainingSteps, rows => Seconds(rows), 0)
            {
                Class = item.Priority,
                Rank = item.Id,
                MaximumBatch = waiting => Math.Min(waiting, most),
            }));
            var scheduler = new LaneScheduler(new FirstComePolicy(), (_, waiting) => Math.Min(waiting, most), seconds: (_, rows) => Seconds(rows));
            Array.ForEach(work, scheduler.Add);
            var now = 0.0;
            while (scheduler.Count > 0)
            {
                var batch = scheduler.Next((_, _) => FakeWork.At(0))!.Work;
                now += Seconds(batch.Length);
                foreach (var item in batch.Cast<FakeWork>().Where(item => --item.RemainingSteps == 0).ToArray())
                {
                    scheduler.Remove(item, item.Lane);
                    Assert.Equal(now, forecast[item.Id], 1e-6);
                }
            }
        }));

    [Fact]
    public void Completions_LastDecode_WaitsForAUnitOfEachOtherGroup()
    {
        var completions = Completions([Work(1, "a", 2, _ => 1, 0.5), Work(2, "b", 4, _ => 2, 0.5)], 8);

        // Two rounds of 1 + 2, the decode, and before it a unit of the other group; who ends last waits for nobody.
        Assert.Equal(6 + 2 + 0.5, completions[1], 1e-9);
        Assert.Equal(6 + 0.5 + 4 + 0.5, completions[2], 1e-9);
    }

    [Fact]
    public void Completion_NobodyComesInTime_IsAsIfNobodyCame() =>
        Assert.Equal(10.5, Forecast.Completion(1, [Work(1, "a", 10, _ => 1, 0.5)], Later(0.01, Work(0, "b", 5, _ => 1, 0))));

    [Fact]
    public void Completion_SomebodyComes_TakesTurnsFromThen() =>
        // One comes after 6 2/3 seconds, so after the seventh step: its two steps go between. The next would come after the end.
        Assert.Equal(12, Forecast.Completion(1, [Work(1, "a", 10, _ => 1, 0)], Later(0.1, Work(0, "b", 2, _ => 1, 0)))!.Value, 1e-9);

    [Fact]
    public void Completion_ShorterOnesComeAndRowsAreTaken_IsOvertaken()
    {
        ForecastWork[] work = [Work(1, "a", 10, _ => 1, 0) with { MaximumBatch = _ => 1, Rank = 10, RankGain = 1 }];
        var arrival = Work(0, "a", 2, _ => 1, 0) with { MaximumBatch = _ => 1, Rank = 2, RankGain = 1 };

        // After 3 1/3 and 8 1/3 seconds, two steps each; one that comes when less is left waits.
        Assert.Equal(14, Forecast.Completion(1, work, Later(0.2, arrival))!.Value, 1e-9);
        Assert.Equal(10, Forecast.Completion(1, work, Later(0.2, arrival with { Rank = 9 }))!.Value, 1e-9);
    }

    [Fact]
    public void Completion_MoreArrivesThanIsDone_Ends()
    {
        ForecastWork[] work = [Work(1, "a", 10, _ => 1, 0) with { MaximumBatch = _ => 1, Rank = 10 }];
        var arrival = Work(0, "a", 2, _ => 1, 0) with { MaximumBatch = _ => 1, Rank = 1 };
        Assert.Equal(10 + (2 * LaterArrivals.Most), Forecast.Completion(1, work, Later(1, arrival))!.Value, 1e-9);
    }

    [Fact]
    public void Completion_UnknownStepTime_IsUnknown() =>
        Assert.Null(Forecast.Completion(1, [Work(1, "a", 10, _ => null, 0), Work(2, "b", 10, _ => 1, 0)], Later(0.1, Work(0, "b", 2, _ => 1, 0))));

    [Theory]
    [InlineData("first_come", 0)]
    [InlineData("shortest_remaining", 0)]
    [InlineData("shortest_remaining", 0.3125)]
    public void Completion_OfOneCallerWhoKeepsSending_IsWhatTheSchedulerDoes(string policyName, double ageing)
    {
        var policy = SchedulingPolicies.Of(new EngineOptions { Policy = policyName, Ageing = ageing });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithQuietOnSuccess(true), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte[]>(), (byte[] there, byte[] coming) =>
        {
            if (there.Length == 0 || coming.Length == 0)
            {
                return;
            }

            // Whole seconds and a binary fraction: equal ranks are equal to the last bit.
            var batch = 1 + (there.Length % 4);
            FakeWork Fake(long id, byte draw, long at) => new(id, FakeWork.LaneOf("a")) { AcceptedAt = at, RemainingSteps = 1 + (draw / 4 % 9) };
            ForecastWork Work(FakeWork item) => new(item.Id, "a", item.RemainingSteps, _ => 1, 0)
            {
                Rank = policy.Rank(item, item.AcceptedAt, FakeWork.At(0)),
                Standing = policy.Rank(item, item.AcceptedAt, FakeWork.At(0)),
                RankGain = policy.Rank(Fake(0, 4, 0), 0, FakeWork.At(0)) - policy.Rank(Fake(0, 0, 0), 0, FakeWork.At(0)),
                Since = item.AcceptedAt,
                MaximumBatch = _ => batch,
            };
            FakeWork[] work = [.. there.Select((draw, i) => Fake(i + 1, draw, 10 * (i - there.Length)))];
            var last = work[^1];
            var arrivals = new List<FakeWork>();
            LaterArrivals Later(bool keep) => new(0.3, (number, at) =>
            {
                var arrival = Fake(1000 + number, coming[number % coming.Length], 10 * (long)at);
                if (keep)
                {
                    arrivals.Add(arrival);
                }

                return Work(arrival);
            });
            var forecast = Forecast.Completion(last.Id, work.Select(Work), Later(keep: false))!.Value;
            var (scheduler, later) = (new LaneScheduler(policy, (_, _) => batch), Later(keep: true));
            Array.ForEach(work, scheduler.Add);
            for (var second = 0; last.RemainingSteps > 0; second++)
            {
                while (later.Next <= second)
                {
                    later.Take();
                    scheduler.Add(arrivals[^1]);
                }

                foreach (var item in scheduler.Next((_, _) => FakeWork.At(10 * second))!.Work.Cast<FakeWork>().Where(item => --item.RemainingSteps == 0).ToArray())
                {
                    scheduler.Remove(item, item.Lane);
                }

                Assert.True(last.RemainingSteps > 0 || second + 1 == forecast, $"{second + 1} instead of {forecast}");
            }
        }));
    }

    private static LaterArrivals Later(double rate, ForecastWork like) => new(rate, (number, _) => like with { Id = 1000 + number });

    private static Dictionary<long, double> Completions(ForecastWork[] work, int maximumBatch) =>
        Forecast.Completions(work.Select(item => item with { MaximumBatch = _ => maximumBatch }));

    private static ForecastWork Work(long id, string group, int steps, Func<int, double?> seconds, double finish) => new(id, group, steps, seconds, finish);
}
