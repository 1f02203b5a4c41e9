using FlashDiffusion.Noise;
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

    [Theory]
    [InlineData(0.8127, 5)]
    [InlineData(1.2, 5)]
    [InlineData(1.5, 50)]
    public void Solve_LongAfterItIsSolved_StaysFinite(float penalty, int iterations)
    {
        // One iteration solves a mask. The next ones square what rounding left, about 1e-7 times as much each, until r r is a handful of
        // the smallest numbers there are and d M d of a row here and there is 0: nine of a thousand rows ended as inf - inf.
        using var scope = NewDisposeScope();
        const int Rows = 4096, Pixels = 48;
        var values = new float[3 * Rows * Pixels];
        new CounterNoise(4).FillNormal(NoisePurpose.Step, 0, 0, values);
        var parts = tensor(values, [3, Rows, Pixels]);
        var (mask, measured, prior) = ((parts[0] > -1.3f).to(ScalarType.Float32), parts[1] / 8, parts[2] / 8);
        var solved = ConjugateGradient.Solve(x => (mask * x) + (penalty * x), (mask * measured) + (penalty * prior), prior, iterations);
        var expected = ((mask * measured) + (penalty * prior)) / (mask + penalty);
        Assert.InRange((solved - expected).abs().max().item<float>(), 0, 1e-6f);
    }

    [Fact]
    public void Solve_InfiniteRow_IsNotTakenForASolvedOne()
    {
        using var scope = NewDisposeScope();
        var solved = ConjugateGradient.Solve(x => 2 * x, tensor(new[] { float.PositiveInfinity, 1 }, [1, 2]), zeros(1, 2), 3).data<float>().ToArray();
        Assert.Contains(solved, value => !float.IsFinite(value));
    }
}
