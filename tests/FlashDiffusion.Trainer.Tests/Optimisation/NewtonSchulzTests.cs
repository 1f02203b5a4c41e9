using FlashDiffusion.Trainer.Optimisation;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Optimisation;

public class NewtonSchulzTests
{
    [Theory]
    [InlineData(6, 20, false)]
    [InlineData(20, 6, false)]
    [InlineData(16, 16, false)]
    [InlineData(6, 20, true)]
    public void Orthogonalise_RandomMatrix_SingularValuesNearOne(int rows, int columns, bool reduced)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var matrix = randn(rows, columns, generator: generator);
        var result = NewtonSchulz.Orthogonalise(matrix, reduced);

        var values = linalg.svdvals(result);
        Assert.Equal(matrix.shape, result.shape);
        Assert.InRange(values.min().item<float>(), rows == columns ? 0.2f : 0.6f, 1.25f);
        Assert.InRange(values.max().item<float>(), 0.6f, 1.25f);
    }

    [Fact]
    public void Orthogonalise_OneByOne_FollowsThePolynomial()
    {
        using var scope = NewDisposeScope();
        var result = NewtonSchulz.Orthogonalise(tensor(new float[,] { { 4f } }), reduced: false).item<float>();

        var x = 4 / (4 + 1e-7);
        for (var i = 0; i < 5; i++)
        {
            x = (3.4445 * x) - (4.7750 * x * x * x) + (2.0315 * Math.Pow(x, 5));
        }

        Assert.Equal(x, result, 1e-5);
    }
}
