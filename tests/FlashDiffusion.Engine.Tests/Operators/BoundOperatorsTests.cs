using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Testing.Fakes;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Operators;

public sealed class BoundOperatorsTests : IDisposable
{
    private static readonly PictureShape Shape = new(8, 8);

    private readonly EngineHarness _harness = new();
    private readonly BoundOperators _operators = new(new CallGuard(TimeProvider.System));
    private readonly Tensor _measurement = zeros(3, 8, 8);

    public void Dispose()
    {
        _operators.Dispose();
        _measurement.Dispose();
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
        _operators.Trim(Lane("guided").IsSibling);
        Assert.Same(guided, Bind("guided", 1));
        Assert.Same(plain, Bind("plain", 1));
    }

    [Fact]
    public void Trim_NobodyComesBack_FreesEveryTensor()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var lane = 0; lane < 40; lane++)
        {
            Bind($"kind {lane}", lane);
        }

        _operators.Trim(_ => false);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private LaneKey Lane(string kind) => new() { Stage = Stage.Step, Model = _harness.Model, Kind = kind, Working = Shape, Picture = Shape, Operator = "gain/" };

    private BoundOperator Bind(string kind, params long[] rows)
    {
        var piece = Workpiece.Of(
            _harness.Served(),
            new OperatorRequest(_harness.Family, FakeOperatorFamily.Spec(), 0.1),
            HostTensor.Picture(new float[Shape.Elements], Shape),
            Shape);
        return _operators.For(Lane(kind), rows, [.. rows.Select(_ => piece)], [.. rows.Select(_ => _measurement)], CPU, NoStake.Instance);
    }
}
