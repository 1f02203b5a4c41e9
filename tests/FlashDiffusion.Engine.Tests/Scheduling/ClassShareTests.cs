using FlashDiffusion.Engine.Scheduling;
using FsCheck;
using FsCheck.Fluent;

namespace FlashDiffusion.Engine.Tests.Scheduling;

/// <summary>Rows of lower classes beside the highest: a picture of it takes no longer because of them.</summary>
public sealed class ClassShareTests
{
    [Fact]
    public void Rows_OneClass_AreAll() => Assert.Equal(8, ClassShare.Rows(Dealt(8, 0), rows => rows));

    [Fact]
    public void Rows_TimesUnknown_AreAll() => Assert.Equal(8, ClassShare.Rows(Dealt(1, 7), _ => null));

    [Fact]
    public void Rows_ThatCostNothing_AreAll() => Assert.Equal(8, ClassShare.Rows(Dealt(1, 7), rows => 1 + (0.01 * rows)));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Rows_EachAsLongAsTheOther_AreThoseOfTheHighest(int high) => Assert.Equal(high, ClassShare.Rows(Dealt(high, 8 - high), rows => rows));

    [Fact]
    public void Rows_FreeUpToAPoint_EndThere() => Assert.Equal(4, ClassShare.Rows(Dealt(1, 15), rows => rows <= 4 ? 1 : rows));

    [Fact]
    public void Rows_OfThreeClasses_GoByTheHighest() =>
        Assert.Equal(1, ClassShare.Rows([Priority.High, Priority.Normal, Priority.Low], rows => rows));

    /// <summary>Law: whatever a row costs and whoever calls, a picture of the highest class takes no longer among lower ones than alone, but for a tenth.</summary>
    [Fact]
    public void Highest_AmongLowerClasses_TakesAsLongAsAlone() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithQuietOnSuccess(true), Prop.ForAll(ArbMap.Default.ArbFor<(byte Lower, byte Steps, byte Fixed, byte Row, byte Callers)>(), draw =>
        {
            var steps = 1 + (draw.Steps % 20);
            double Seconds(int rows) => 1 + draw.Fixed + (draw.Row * rows);
            var scheduler = new LaneScheduler(new FirstComePolicy(), (_, waiting) => Math.Min(waiting, 16), seconds: (_, rows) => Seconds(rows));
            for (var i = 0; i < draw.Lower; i++)
            {
                scheduler.Add(new FakeWork(i, FakeWork.LaneOf("a")) { Caller = new CallerKey($"{i % (1 + (draw.Callers % 3))}"), Priority = i % 2 == 0 ? Priority.Low : Priority.Normal, RemainingSteps = 1000 });
            }

            var high = new FakeWork(1000, FakeWork.LaneOf("a")) { Caller = new CallerKey("0"), Priority = Priority.High, RemainingSteps = steps };
            scheduler.Add(high);
            var now = 0.0;
            while (high.RemainingSteps > 0)
            {
                var batch = scheduler.Next((_, _) => FakeWork.At(0))!.Work;
                now += Seconds(batch.Length);
                high.RemainingSteps -= batch.Contains(high) ? 1 : 0;
            }

            Assert.InRange(now, 0, steps * Seconds(1) * 1.1 * (1 + 1e-9));
        }));

    private static IReadOnlyList<Priority> Dealt(int high, int low) => [.. Enumerable.Repeat(Priority.High, high), .. Enumerable.Repeat(Priority.Low, low)];
}
