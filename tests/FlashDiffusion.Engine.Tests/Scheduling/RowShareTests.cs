using FlashDiffusion.Engine.Scheduling;
using FsCheck;
using FsCheck.Fluent;

namespace FlashDiffusion.Engine.Tests.Scheduling;

/// <summary>Rows of a step that are shared by classes and by callers.</summary>
public sealed class RowShareTests
{
    private static readonly CallerKey Flood = new("flood");
    private static readonly CallerKey Calm = new("calm");

    // Three rows of one caller and one of another, both of a high class, before those of a third of a low one.
    private static readonly (Priority Class, CallerKey Caller)[] Dealt =
    [
        (Priority.High, Flood), (Priority.High, Calm), (Priority.High, Flood), (Priority.High, Flood),
        .. Enumerable.Repeat((Priority.Low, new CallerKey("other")), 4),
    ];

    [Fact]
    public void Rows_TimesUnknown_AreAll() => Assert.Equal(8, RowShare.Rows(Dealt, _ => null));

    [Fact]
    public void Rows_ThatCostNothing_AreAll() => Assert.Equal(8, RowShare.Rows(Dealt, _ => 1));

    [Fact]
    public void Rows_LowerClassIsLeftOut_ItsCallerCountsAsNobody()
    {
        // Else five would stay, so that each of three callers has one.
        Assert.Equal(5, TimeShare.Rows([.. Dealt.Select(row => row.Caller)], rows => rows));
        Assert.Equal(2, RowShare.Rows(Dealt, rows => rows));
    }

    [Fact]
    public void Rows_OneOfALowerClassIsLeft_ItsCallerCounts() =>
        // Five rows take no longer than a turn of each of three callers, but longer than of two.
        Assert.Equal(5, RowShare.Rows(Dealt, rows => rows switch { <= 3 => 1, <= 5 => 2.5, _ => 9 }));

    /// <summary>Law: with one class callers decide alone, with one caller classes do, and never do more take the step than either lets.</summary>
    [Fact]
    public void Rows_Any_AreNoMoreThanEitherLets() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithQuietOnSuccess(true), Prop.ForAll(ArbMap.Default.ArbFor<(byte[] Rows, byte Fixed, byte Row)>(), draw =>
        {
            (Priority Class, CallerKey Caller)[] rows =
                [.. draw.Rows.Append((byte)0).Select(row => (Class: (Priority)(row % 3), Caller: new CallerKey($"{row / 3 % 4}"))).OrderByDescending(row => row.Class)];
            double? Seconds(int count) => 1 + draw.Fixed + (draw.Row * count);
            var ofClasses = ClassShare.Rows([.. rows.Select(row => row.Class)], Seconds);
            var ofCallers = TimeShare.Rows([.. rows.Select(row => row.Caller)], Seconds);
            Assert.InRange(RowShare.Rows(rows, Seconds), 1, Math.Min(ofClasses, ofCallers));
            Assert.Equal(ofClasses, RowShare.Rows([.. rows.Select(row => (row.Class, Flood))], Seconds));
            Assert.Equal(ofCallers, RowShare.Rows([.. rows.Select(row => (Priority.Normal, row.Caller))], Seconds));
        }));
}
