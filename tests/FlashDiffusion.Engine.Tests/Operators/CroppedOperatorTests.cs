using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Noise;
using FlashDiffusion.Testing.Fakes;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Operators;

public sealed class CroppedOperatorTests
{
    private static readonly PictureShape Picture = new(11, 13);
    private static readonly PictureShape Working = new(16, 16);

    [Fact]
    public void Around_EqualShapes_IsTheOperatorItself()
    {
        using var inner = Inner(Working);
        Assert.Same(inner, CroppedOperator.Around(inner, Working, Working));
    }

    [Fact]
    public void Forward_LargerPicture_SeesTheCornerOnly()
    {
        using var scope = NewDisposeScope();
        using var op = CroppedOperator.Around(Inner(Picture), Picture, Working);
        var pictures = Noise(1, Working.Batch(2));
        var changed = pictures.clone();
        changed.narrow(2, Picture.Height, Working.Height - Picture.Height).fill_(9);
        Assert.Equal(op.Forward(pictures).data<float>().ToArray(), op.Forward(changed).data<float>().ToArray());
        Assert.Equal([2L, 3, 11, 13], op.Forward(pictures).shape);
    }

    [Fact]
    public void Adjoint_DotProduct_IsExact()
    {
        using var scope = NewDisposeScope();
        using var op = Assert.IsAssignableFrom<ILinearForwardOperator>(CroppedOperator.Around(Inner(Picture), Picture, Working));
        var x = Noise(1, Working.Batch(2));
        var y = Noise(2, Picture.Batch(2));
        var left = (op.Forward(x) * y).sum().item<float>();
        var right = (x * op.Adjoint(y)).sum().item<float>();
        Assert.Equal(left, right, 1e-3f);
    }

    [Fact]
    public void ToImage_SmallerMeasurement_IsReflected()
    {
        using var scope = NewDisposeScope();
        using var op = CroppedOperator.Around(Inner(Picture), Picture, Working);
        var y = Noise(1, Picture.Batch(2));
        var image = op.ToImage(y);
        Assert.Equal(Working.Batch(2), image.shape);
        Assert.Equal(y[0, 0, 9, 12].item<float>(), image[0, 0, 11, 12].item<float>());
        Assert.Equal(y[0, 0, 3, 11].item<float>(), image[0, 0, 3, 13].item<float>());
    }

    private static IForwardOperator Inner(PictureShape shape) => new FakeOperatorFamily().Bind([FakeOperatorFamily.Spec(2), FakeOperatorFamily.Spec(3)], shape, CPU);

    private static Tensor Noise(ulong seed, long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        new CounterNoise(seed).FillNormal(NoisePurpose.Inner, 0, 0, values);
        return tensor(values, shape);
    }
}
