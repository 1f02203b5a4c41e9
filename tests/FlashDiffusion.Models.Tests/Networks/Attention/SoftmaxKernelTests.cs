using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

public sealed class SoftmaxKernelTests
{
    private const int Columns = 20;
    private const int Stride = 32;

    [Theory]
    [InlineData(1f)]
    [InlineData(float.MaxValue)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    public void Forward_AScore_GivesWeightsLikeTorchs(float score)
    {
        using var scope = NewDisposeScope();
        var scores = new float[Stride];
        for (var column = 0; column < Columns; column++)
        {
            scores[column] = column == 7 ? score : 0.1f * column;
        }

        var expected = nn.functional.softmax(tensor(scores.AsSpan(0, Columns).ToArray()), 0).data<float>().ToArray();
        Run(scores);

        Assert.Equal(expected.Select(float.IsNaN), scores.Take(Columns).Select(float.IsNaN));
        Assert.All(expected.Zip(scores), pair => Assert.True(float.IsNaN(pair.First) || Math.Abs(pair.First - pair.Second) < 1e-6));
    }

    private static unsafe void Run(float[] scores)
    {
        fixed (float* first = scores)
        {
            SoftmaxKernel.Forward(first, 1, Columns, Stride);
        }
    }
}
