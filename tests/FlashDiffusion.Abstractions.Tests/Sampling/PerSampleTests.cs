using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Abstractions.Tests.Sampling;

public sealed class PerSampleTests
{
    [Fact]
    public void Gradient_OfNormsInABatch_EqualsThatOfEachRowAlone()
    {
        using var scope = NewDisposeScope();
        var values = arange(24, dtype: ScalarType.Float32).reshape(4, 3, 2, 1).sin();

        var batch = Gradient(values);

        for (var row = 0; row < 4; row++)
        {
            var alone = Gradient(values[row].unsqueeze(0));
            Assert.True((batch[row] - alone[0]).abs().max().item<float>() < 1e-6f);
        }
    }

    [Fact]
    public void Norm_OverTheWholeBatch_WouldHalveTheGradientOfFourEqualRows()
    {
        // What the research code does, and why it is not done here: equal rows come out scaled by 1/sqrt(B).
        using var scope = NewDisposeScope();
        var row = arange(6, dtype: ScalarType.Float32).reshape(1, 3, 2, 1) + 1;
        var leaf = row.expand(4, 3, 2, 1).contiguous().requires_grad_();
        var coupled = autograd.grad([leaf.norm()], [leaf])[0];

        Assert.Equal(0.5f, (coupled[0] / Gradient(row)[0]).mean().item<float>(), 1e-5f);
    }

    [Fact]
    public void Gradient_OfARowAtZero_IsFinite()
    {
        using var scope = NewDisposeScope();

        var gradient = Gradient(zeros(2, 3, 2, 1));

        Assert.True(gradient.isfinite().all().item<bool>());
    }

    private static Tensor Gradient(Tensor values)
    {
        var leaf = values.detach().clone().requires_grad_();
        return PerSample.Gradient(PerSample.Norm(leaf), leaf);
    }
}
