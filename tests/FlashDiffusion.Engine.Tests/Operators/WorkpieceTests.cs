using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Operators;

public sealed class WorkpieceTests
{
    [Fact]
    public void WithoutOperator_KeyAskedForBefore_HasNone()
    {
        using var harness = new EngineHarness();
        var request = harness.Request(1);
        var piece = Workpiece.Of(request.Model, request.Operator, request.Measurement, request.Picture);
        Assert.StartsWith($"{request.Operator!.Spec.Name}/", piece.OperatorKey, StringComparison.Ordinal);
        Assert.Equal("linear 3x16x16", piece.OperatorShape);

        var plain = piece.WithoutOperator();

        Assert.Equal(("", "", null, null), (plain.OperatorKey, plain.OperatorShape, plain.Degradation, plain.ResidualStd));
        Assert.Same(piece.Measurement, plain.Measurement);
    }
}
