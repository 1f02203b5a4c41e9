using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Testing.Fakes;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Operators;

public sealed class ResidualsTests
{
    private static readonly PictureShape Shape = new(16, 16);

    [Fact]
    public void Scaled_KnownDifference_IsItsEnergyInNoiseVariances()
    {
        using var scope = NewDisposeScope();
        Workpiece[] pieces = [Piece(1, 0.1), Piece(2, 0)];
        using var bound = Bind(pieces);
        var residuals = Residuals.Scaled(bound, zeros(Shape.Batch(2)) - 0.2f, pieces);

        // y = 0 and A x = -0.2, two standard deviations of the noise everywhere; without noise there is nothing to scale by.
        Assert.Equal(4, residuals[0]!.Value, 1e-4);
        Assert.Null(residuals[1]);
    }

    [Fact]
    public void DetailGains_Multiplication_IsItsSquare()
    {
        using var scope = NewDisposeScope();
        Workpiece[] pieces = [Piece(1, 0.1), Piece(3, 0.1)];
        using var bound = Bind(pieces);
        var gains = Residuals.DetailGains(bound, zeros(Shape.Batch(2)), pieces);
        Assert.Equal(1, gains[0]!.Value, 0.2);
        Assert.Equal(9 * gains[0]!.Value, gains[1]!.Value, 1e-3);
    }

    private static BoundOperator Bind(Workpiece[] pieces) => BoundOperator.Bind([1, 2], pieces, [zeros(3, 16, 16), zeros(3, 16, 16)], CPU);

    private static Workpiece Piece(double gain, double noiseStd)
    {
        using var harness = new EngineHarness();
        return Workpiece.Of(
            harness.Served(),
            new OperatorRequest(new FakeOperatorFamily(), FakeOperatorFamily.Spec(gain), noiseStd),
            HostTensor.Picture(new float[Shape.Elements], Shape),
            Shape);
    }
}
