using FlashDiffusion.Trainer.Optimisation;
using Parameter = TorchSharp.Modules.Parameter;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Optimisation;

public class AdamWTests
{
    [Fact]
    public void Step_FirstTwoUpdates_MatchNumbersByHand()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(tensor(1f));
        using var adam = new AdamW(
            [new("w", weight)], new AdamWSettings(0.1) { Beta1 = 0.9, Beta2 = 0.99, Epsilon = 0, WeightDecay = 0.5 });

        Give(weight, 2f);
        adam.Step(1, 1);
        // Decay: 1 * (1 - 0.1 * 0.5) = 0.95; the first Adam update is the sign: 0.95 - 0.1.
        Assert.Equal(0.85f, weight.item<float>(), 1e-5f);

        Give(weight, -1f);
        adam.Step(2, 0.5);
        // m = .9*.2 - .1 = .08, /(1-.81) = .42105; v = .99*.04 + .01 = .0496, /(1-.9801) = 2.49246, root 1.57875.
        Assert.Equal((0.85 * (1 - (0.05 * 0.5))) - (0.05 * 0.4210526 / 1.5787527), weight.item<float>(), 1e-5);
    }

    private static void Give(Parameter weight, float gradient)
    {
        using (no_grad())
        {
            weight.grad = tensor(gradient);
        }
    }
}
