using FlashDiffusion.Engine.Scheduling;
using FsCheck;
using FsCheck.Fluent;

namespace FlashDiffusion.Engine.Tests.Scheduling;

public sealed class TimeShareTests
{
    private static readonly CallerKey Flood = new("flood");
    private static readonly CallerKey Calm = new("calm");

    [Fact]
    public void Rows_OneCaller_AreAll() => Assert.Equal(8, TimeShare.Rows([.. Enumerable.Repeat(Flood, 8)], rows => rows));

    [Fact]
    public void Rows_TimesUnknown_AreAll() => Assert.Equal(8, TimeShare.Rows(Dealt(7, 1), _ => null));

    [Fact]
    public void Rows_ThatCostNothing_AreAll() => Assert.Equal(8, TimeShare.Rows(Dealt(7, 1), _ => 1));

    [Fact]
    public void Rows_EqualShares_AreAll() => Assert.Equal(8, TimeShare.Rows(Dealt(4, 4), rows => rows));

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 4)]
    [InlineData(3, 6)]
    public void Rows_EachAsLongAsTheOther_AreEqualSharesOrHalf(int calm, int expected) => Assert.Equal(expected, TimeShare.Rows(Dealt(8 - calm, calm), rows => rows));

    [Fact]
    public void Rows_OfTheStarterModel_BesideAFlood_AreFour() =>
        Assert.Equal(4, TimeShare.Rows(Dealt(7, 1), rows => rows switch { 1 => 0.057, 2 => 0.084, <= 4 => 0.113, _ => 0.198 }));

    [Fact]
    public void Rows_OfManyCallers_AreStillOneOfEach() => Assert.Equal(7, TimeShare.Rows([.. Enumerable.Range(0, 7).Select(i => new CallerKey($"{i}")), new CallerKey("0")], rows => rows * rows));

    /// <summary>
    /// Law: who takes one step after another is done no later beside any flood than in turns with all callers, each alone; or, where half of the rows take
    /// longer, than in half of the rows.
    /// </summary>
    [Fact]
    public void OneAtATime_BesideAFlood_LosesNoMoreThanItsShareOfTheTime() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithQuietOnSuccess(true), Prop.ForAll(ArbMap.Default.ArbFor<(byte Others, byte Flood, byte Steps, byte Fixed, byte Row)>(), draw =>
        {
            var (others, steps) = (1 + (draw.Others % 5), 1 + (draw.Steps % 20));
            double Seconds(int rows) => 1 + draw.Fixed + (draw.Row * rows);
            var scheduler = new LaneScheduler(new FirstComePolicy(), (_, waiting) => Math.Min(waiting, 8), seconds: (_, rows) => Seconds(rows));
            for (var i = 0; i < draw.Flood; i++)
            {
                scheduler.Add(new FakeWork(i, FakeWork.LaneOf("a")) { Caller = Flood, RemainingSteps = 1000 });
            }

            FakeWork[] calm = [.. Enumerable.Range(1, others).Select(i => new FakeWork(1000 + i, FakeWork.LaneOf("a")) { Caller = new CallerKey($"{i}"), RemainingSteps = steps })];
            Array.ForEach(calm, scheduler.Add);
            var now = 0.0;
            while (calm[0].RemainingSteps > 0)
            {
                var batch = scheduler.Next((_, _) => FakeWork.At(0))!.Work;
                now += Seconds(batch.Length);
                foreach (var work in batch.Cast<FakeWork>().Where(work => --work.RemainingSteps == 0))
                {
                    scheduler.Remove(work, work.Lane);
                }
            }

            Assert.InRange(now, 0, steps * Math.Max((others + Math.Min(1, (int)draw.Flood)) * Seconds(1), Seconds(4)) * (1 + 1e-6));
        }));

    [Fact]
    public void OneAtATime_WhereRowsAreSharedOnly_LosesMore()
    {
        // Else the law would say nothing.
        var scheduler = new LaneScheduler(new FirstComePolicy(), (_, waiting) => Math.Min(waiting, 8));
        for (var i = 0; i < 20; i++)
        {
            scheduler.Add(new FakeWork(i, FakeWork.LaneOf("a")) { Caller = i == 19 ? Calm : Flood });
        }

        Assert.Equal(8, scheduler.Next((_, _) => FakeWork.At(0))!.Work.Length);
    }

    private static CallerKey[] Dealt(int flood, int calm) =>
        [.. Enumerable.Range(0, Math.Max(flood, calm)).SelectMany(row => new[] { (Flood, flood), (Calm, calm) }.Where(caller => row < caller.Item2).Select(caller => caller.Item1))];
}
