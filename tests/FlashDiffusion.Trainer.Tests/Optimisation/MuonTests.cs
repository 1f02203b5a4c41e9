using FlashDiffusion.Trainer.Optimisation;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Optimisation;

public class MuonTests
{
    [Fact]
    public void Step_TallMatrix_MovesAlongOrthogonalisedNesterovMomentum()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var weight = new Parameter(zeros(8, 2));
        using var muon = new Muon([new("w", weight)], new MuonSettings(0.1) { Momentum = 0.5, Reduced = false });
        var first = randn(8, 2, generator: generator);
        var second = randn(8, 2, generator: generator);

        weight.grad = first;
        muon.Step(1, 1);
        weight.grad = second;
        muon.Step(2, 0.5);

        // momentum: 0.5 g1, then 0.25 g1 + 0.5 g2; direction: mean of gradient and momentum; scale sqrt(8/2) = 2.
        var one = NewtonSchulz.Orthogonalise((0.5 * first) + (0.5 * 0.5 * first), false);
        var two = NewtonSchulz.Orthogonalise((0.5 * second) + (0.5 * ((0.25 * first) + (0.5 * second))), false);
        var expected = (-0.2 * one) - (0.1 * two);
        Assert.True((weight.detach() - expected).abs().max().item<float>() < 1e-4);
    }
}
