using FlashDiffusion.Trainer.Optimisation;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Optimisation;

public class WeightAverageTests
{
    [Fact]
    public void Update_EarlySteps_UsePublishedWarmUp()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(tensor(0f));
        using var average = new WeightAverage([new("w", weight)], 0.999);
        using (no_grad())
        {
            weight.fill_(1f);
        }

        average.Update(1);
        Assert.Equal(1 - (2.0 / 11), average.State().Single().Value.item<float>(), 1e-6);
    }

    [Fact]
    public void Swap_Twice_RestoresBoth()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(tensor(0f));
        using var average = new WeightAverage([new("w", weight)], 0.5);
        using (no_grad())
        {
            weight.fill_(3f);
        }

        average.Swap();
        Assert.Equal(0f, weight.item<float>());
        average.Swap();
        Assert.Equal(3f, weight.item<float>());
    }
}
