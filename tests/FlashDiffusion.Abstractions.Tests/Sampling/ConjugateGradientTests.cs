using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Abstractions.Tests.Sampling;

public sealed class ConjugateGradientTests
{
    [Fact]
    public void Solve_AsManyIterationsAsDimensions_IsExactForEveryRow()
    {
        using var scope = NewDisposeScope();
        var matrices = tensor(new float[] { 4, 1, 1, 3, 2, -1, -1, 5 }, [2, 2, 2]);
        var right = tensor(new float[] { 1, 2, 3, 4 }, [2, 2]);
        var solved = ConjugateGradient.Solve(x => matmul(matrices, x.unsqueeze(2)).squeeze(2), right, zeros(2, 2), 2);

        // By Cramer's rule.
        Assert.Equal([1 / 11f, 7 / 11f, 19 / 9f, 11 / 9f], solved.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Solve_MaskWithPenalty_IsItsClosedForm()
    {
        using var scope = NewDisposeScope();
        var mask = tensor(new float[] { 1, 0, 1, 0 }, [1, 4]);
        var (measured, prior) = (tensor(new float[] { 0.5f, 0, -0.25f, 0 }, [1, 4]), tensor(new float[] { 0.1f, 0.2f, 0.3f, 0.4f }, [1, 4]));
        const float Rho = 0.3f;
        var solved = ConjugateGradient.Solve(x => (mask * x) + (Rho * x), (mask * measured) + (Rho * prior), prior, 5);
        var expected = (((mask * measured) + (Rho * prior)) / (mask + Rho)).data<float>().ToArray();
        Assert.Equal(expected, solved.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Solve_SolvedRowAndBrokenRow_StayApart()
    {
        using var scope = NewDisposeScope();
        var right = tensor(new float[] { 1, 1, float.NaN, 1, 2, 4 }, [3, 2]);
        var start = tensor(new float[] { 0.5f, 0.5f, 0, 0, 0, 0 }, [3, 2]);
        var solved = ConjugateGradient.Solve(x => 2 * x, right, start, 3).data<float>().ToArray();
        Assert.Equal([0.5f, 0.5f], solved[..2]);
        Assert.All(solved[2..4], value => Assert.True(float.IsNaN(value)));
        Assert.Equal([1f, 2f], solved[4..]);
    }
}
