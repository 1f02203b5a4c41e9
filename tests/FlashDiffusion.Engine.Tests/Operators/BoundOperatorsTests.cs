using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Tests.Scheduling;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Time.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Operators;

public sealed class BoundOperatorsTests : IDisposable
{
    private static readonly PictureShape Shape = new(8, 8);

    private readonly EngineHarness _harness = new();
    private readonly BoundOperators _operators = new(new CallGuard(TimeProvider.System));
    private readonly FakeOperatorFamily _other = new() { Sign = -1 };

    public void Dispose()
    {
        _operators.Dispose();
        _harness.Dispose();
    }

    [Fact]
    public void For_SameRows_IsTheSameOperator() => Assert.Same(Bind("guided", 1, 2), Bind("guided", 1, 2));

    [Fact]
    public void For_AnotherComposition_IsBoundAnew()
    {
        var before = Bind("guided", 1, 2);
        Assert.NotSame(before, Bind("guided", 1));
        Assert.NotSame(before, Bind("guided", 1, 2));
    }

    [Fact]
    public void For_AlternatingKinds_KeepsBoth()
    {
        var guided = Bind("guided", 1);
        var plain = Bind("plain", 1);
        _operators.Trim([new FakeWork(1, Lane("any"))]);
        Assert.Same(guided, Bind("guided", 1));
        Assert.Same(plain, Bind("plain", 1));
    }

    [Fact]
    public void Trim_OthersOfTheLaneGoOn_FreesThoseThatNobodyComesBackTo()
    {
        var gone = Bind("guided", (1, _harness.Family), (2, _other));
        var stays = Bind("plain", (3, _harness.Family));
        _operators.Trim([new FakeWork(3, Lane("any")), new FakeWork(4, Lane("any"))]);
        Assert.All(gone.Parts, part => Assert.True(part.Measurements!.IsInvalid));
        Assert.False(stays.Parts[0].Measurements!.IsInvalid);
    }

    [Fact]
    public void Trim_NobodyComesBack_FreesEveryTensor()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var lane = 0; lane < 40; lane++)
        {
            Bind($"kind {lane}", lane);
        }

        _operators.Trim([]);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void For_SeveralOperators_EachHasItsRowsAndAllTheirMeasurementsInOrder()
    {
        var bound = Bind("guided", (1, _harness.Family), (2, _other), (3, _other), (4, _harness.Family));
        Assert.Equal([[1], [2, 3], [4]], bound.Parts.Select(part => part.Rows));
        Assert.Equal([_harness.Family, _other, _harness.Family], bound.Parts.Select(part => part.Family));
        Assert.Equal([4L, 3, 8, 8], bound.Measurements!.shape);
        Assert.Equal([1f, 2, 3, 4], bound.Measurements[TensorIndex.Colon, 0, 0, 0].data<float>().ToArray());
    }

    [Fact]
    public void For_SomebodyOfAnotherOperatorJoins_TheRestStaysBound()
    {
        var before = Bind("guided", (1, _harness.Family), (2, _other));
        var after = Bind("guided", (1, _harness.Family), (2, _other), (3, _other));
        Assert.Same(before.Parts[0], after.Parts[0]);
        Assert.NotSame(before.Parts[1], after.Parts[1]);
        Assert.Equal((1, 2), (_harness.Family.Bindings, _other.Bindings));
        Assert.Equal([1f, 2, 3], after.Measurements![TensorIndex.Colon, 0, 0, 0].data<float>().ToArray());
    }

    [Fact]
    public void For_OneOfSeveralThrows_FreesTheOthers()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Bind("guided", (1, _harness.Family), (2, _other));
        _other.Throws = true;
        Assert.Throws<InvalidOperationException>(() => Bind("guided", (1, _harness.Family), (3, _harness.Family), (2, _other), (4, _other)));
        _operators.Trim([]);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void For_OneThatLeavesHangsWhenItIsLetGo_FreesTheOthersThatLeave()
    {
        var time = new FakeTimeProvider();
        var guard = new CallGuard(time);
        using var operators = new BoundOperators(guard);
        var hangs = new FakeOperatorFamily
        {
            LetGo = () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                Assert.NotNull(guard.TryAbandon(TimeSpan.FromSeconds(1)));
            },
        };
        var before = Bind(operators, "guided", (1, hangs), (2, _other), (3, _harness.Family));

        Assert.Throws<CallAbandonedException>(() => Bind(operators, "guided", (4, _other)));

        Assert.All(before.Parts, part => Assert.True(part.Measurements!.IsInvalid));
    }

    [Fact]
    public void Forget_AFamilyThatHung_LeavesItsOperatorsAndFreesTheirCompanions()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var bound = Bind("guided", (1, _harness.Family), (2, _other));
        Bind("plain", (1, _harness.Family));
        _operators.Forget((object)_other);
        Assert.True(bound.Parts[0].Measurements!.IsInvalid);
        Assert.False(bound.Parts[1].Measurements!.IsInvalid);
        bound.Parts[1].Dispose();
        _operators.Trim([]);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private LaneKey Lane(string kind) => new() { Stage = Stage.Step, Model = _harness.Model, Kind = kind, Working = Shape, Picture = Shape, Operator = "gain/" };

    private BoundBatch Bind(string kind, params long[] rows) => Bind(kind, [.. rows.Select(row => (row, _harness.Family))]);

    private BoundBatch Bind(string kind, params (long Row, FakeOperatorFamily Family)[] rows) => Bind(_operators, kind, rows);

    private BoundBatch Bind(BoundOperators operators, string kind, params (long Row, FakeOperatorFamily Family)[] rows)
    {
        using var scope = NewDisposeScope();
        return operators.For(
            Lane(kind),
            [.. rows.Select(row => row.Row)],
            [.. rows.Select(row => Piece(row.Family))],
            [.. rows.Select(row => full([3, 8, 8], row.Row, ScalarType.Float32))],
            CPU,
            NoStake.Instance);
    }

    private Workpiece Piece(FakeOperatorFamily family) => Workpiece.Of(
        _harness.Served(),
        new OperatorRequest(family, FakeOperatorFamily.Spec(), 0.1),
        HostTensor.Picture(new float[Shape.Elements], Shape),
        Shape);
}
