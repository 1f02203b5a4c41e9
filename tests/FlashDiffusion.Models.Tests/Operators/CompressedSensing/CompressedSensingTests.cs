using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.CompressedSensing;

public sealed class CompressedSensingTests
{
    [Theory]
    [InlineData(CompressedSensingFamily.Cosine, 24, 40)]
    [InlineData(CompressedSensingFamily.Hadamard, 32, 64)]
    public void Forward_EveryCoefficient_KeepsLengthsAndTheAdjointInverts(string transform, int height, int width)
    {
        using var scope = NewDisposeScope();
        var picture = new PictureShape(height, width);
        using var op = OperatorBatches.Bind([OperatorBatches.Sense(1, transform, 1), OperatorBatches.Sense(1, transform, 2)], picture);
        var x = OperatorBatches.Normal(picture.Batch(2), 1);
        var y = op.Forward(x);
        Assert.Equal(x.norm().item<float>(), y.norm().item<float>(), 1e-2f);
        Assert.InRange((op.Adjoint(y) - x).abs().max().item<float>(), 0, 1e-4f);
    }

    [Fact]
    public void Draw_OneSeed_IsNestedAndOfTheCount()
    {
        var picture = new PictureShape(20, 30);
        var few = MeasuredSubset.Draw(picture, 100, 5);
        var many = MeasuredSubset.Draw(picture, 300, 5);
        Assert.Equal(100, few.Coefficients.Distinct().Count());
        Assert.Subset(many.Coefficients.ToHashSet(), few.Coefficients.ToHashSet());
        Assert.Equal(few.Signs, many.Signs);
        Assert.InRange(few.Signs.Average(), -0.2f, 0.2f);
        Assert.NotEqual(few.Coefficients, MeasuredSubset.Draw(picture, 100, 6).Coefficients);
    }

    // Random signs make every coefficient as telling as any other: half of them hold half of a flat picture's energy.
    [Theory]
    [InlineData(CompressedSensingFamily.Cosine)]
    [InlineData(CompressedSensingFamily.Hadamard)]
    public void Forward_FlatPicture_IsSpreadEvenly(string transform)
    {
        using var scope = NewDisposeScope();
        var picture = new PictureShape(64, 64);
        using var op = OperatorBatches.Bind([OperatorBatches.Sense(0.5, transform, 1)], picture);
        var x = ones(picture.Batch(1));
        Assert.InRange((op.Forward(x).square().sum() / x.square().sum()).item<float>(), 0.4f, 0.6f);
    }
}
