using FlashDiffusion.Trainer.Degradations;
using FlashDiffusion.Trainer.Evaluation;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Degradations;

public class BlurDegradationTests
{
    [Fact]
    public void Apply_AnyLevels_EqualsTheServedOperator()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var clean = rand([3, 3, 64, 64], generator: generator) * 2 - 1;
        double[] levels = [0, 0.4, 1];
        var served = EvaluatedOperator.All.Single(evaluated => evaluated.Name == new BlurDegradation().OperatorName);
        using var bound = served.Family.Bind([.. levels.Select(level => served.Spec(level, 0))], new PictureShape(64, 64), CPU);
        Assert.True((BlurDegradation.Apply(clean, levels) - bound.Forward(clean)).abs().max().item<float>() < 1e-5);
    }

    [Fact]
    public void Degrade_Inpainting_RemovedPixelsAreExactlyMinusOneInAllChannels()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var degraded = new InpaintingDegradation().Degrade(zeros(2, 3, 64, 64), [0, 1], generator);
        var removed = degraded.eq(-1).to(ScalarType.Float32).mean([2, 3]);
        Assert.Equal(0, removed[0].max().item<float>());
        Assert.Equal(0.8f, removed[1, 0].item<float>(), 0.03f);
        Assert.Equal(removed[1, 0].item<float>(), removed[1, 2].item<float>());
    }
}
