using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Precision;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Precision;

[Collection(AloneCollection.Name)]
public sealed class ReducedPrecisionModelTests
{
    [Fact]
    public void Networks_ComputeInBFloat16_AndGiveFloat32WithGradients()
    {
        using var pause = CollectionPause.Start();
        using var scope = NewDisposeScope();
        using var model = new ConvolutionModel();
        var reduced = new ReducedPrecisionModel(model);
        var latents = linspace(-1, 1, 3 * 8 * 8).reshape(1, 3, 8, 8).requires_grad_();

        foreach (var network in new Func<ILatentDiffusionModel, Tensor>[]
        {
            it => it.Denoise(latents, zeros(1, dtype: ScalarType.Int64)), it => it.Decode(latents, Quantisation.None), it => it.Encode(latents),
        })
        {
            var (exact, rounded) = (network(model), network(reduced));
            var (exactGradient, roundedGradient) = (autograd.grad([exact.square().sum()], [latents])[0], autograd.grad([rounded.square().sum()], [latents])[0]);
            Assert.Equal((ScalarType.Float32, ScalarType.Float32), (rounded.dtype, roundedGradient.dtype));

            // bfloat16 keeps eight bits: errors are of that size, and there are some.
            Assert.InRange(Relative(exact, rounded), 1e-5, 2e-2);
            Assert.InRange(Relative(exactGradient, roundedGradient), 1e-5, 4e-2);
        }

        // What others compute on this thread is not touched.
        Assert.Equal(ScalarType.Float32, model.Denoise(latents, latents).dtype);
    }

    private static double Relative(Tensor exact, Tensor rounded) => ((exact - rounded).norm() / exact.norm()).item<float>();
}
