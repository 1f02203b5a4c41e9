using FlashDiffusion.Models.Operators.Separable;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Kernels;

public sealed class KernelOperatorTests
{
    [Theory]
    [InlineData(7, 5)]
    [InlineData(6, 4)]
    [InlineData(1, 1)]
    [InlineData(23, 15)]
    public void Forward_AnySize_IsTheDirectSumOverReflectedPixels(int height, int width)
    {
        using var scope = NewDisposeScope();
        var picture = new PictureShape(12, 9);
        var spec = OperatorBatches.Kernel(height, width, 5);
        using var op = OperatorBatches.Bind([spec], picture);
        var x = OperatorBatches.Normal(picture.Batch(1), 1);
        var (result, values) = (op.Forward(x).data<float>().ToArray(), x.data<float>().ToArray());
        var kernel = KernelChecks.Normalised(spec.Kernel!).Values;
        for (var i = 0; i < result.Length; i++)
        {
            var (plane, y, column) = (i / 108 * 108, i % 108 / 9, i % 9);
            var sum = 0.0;
            for (var tap = 0; tap < kernel.Length; tap++)
            {
                var row = AxisBorder.Reflect(y + (tap / width) - (height / 2), 12);
                sum += kernel[tap] * values[plane + (row * 9) + AxisBorder.Reflect(column + (tap % width) - (width / 2), 9)];
            }

            Assert.Equal(sum, result[i], 1e-5);
        }
    }

    [Fact]
    public void Plan_KernelScaledByAFactor_MeansTheSameOperator()
    {
        using var scope = NewDisposeScope();
        var picture = new PictureShape(16, 16);
        var kernel = OperatorBatches.Kernel(3, 3, 1).Kernel!;
        using var op = OperatorBatches.Bind([OperatorBatches.Kernel(kernel)], picture);
        using var scaled = OperatorBatches.Bind([OperatorBatches.Kernel(kernel with { Values = [.. kernel.Values.Select(value => 255 * value)] })], picture);
        var x = ones(picture.Batch(1));
        Assert.InRange((op.Forward(x) - x).abs().max().item<float>(), 0, 1e-5f);
        Assert.InRange((scaled.Forward(x) - x).abs().max().item<float>(), 0, 1e-5f);
    }
}
