using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

public sealed unsafe class ColumnSoftmaxTests
{
    private const int Keys = 20;
    private const int Queries = AttentionHead.Queries;

    [Theory]
    [InlineData(1f, Keys)]
    [InlineData(float.MaxValue, Keys)]
    [InlineData(float.PositiveInfinity, Keys)]
    [InlineData(float.NaN, Keys)]
    // In the second of two blocks, and in the first.
    [InlineData(1f, 4)]
    [InlineData(float.MaxValue, 4)]
    [InlineData(float.PositiveInfinity, 4)]
    [InlineData(float.NaN, 4)]
    [InlineData(float.PositiveInfinity, 12)]
    [InlineData(float.NaN, 12)]
    public void Join_AScore_WeighsValuesLikeTorchs(float score, int firstKeys)
    {
        using var scope = NewDisposeScope();
        var scores = new float[Keys * Queries];
        var values = new float[Keys];
        for (var key = 0; key < Keys; key++)
        {
            values[key] = key - 8;
            // The score for one query, and all others without it.
            scores.AsSpan(key * Queries, Queries).Fill(0.1f * key);
            scores[(key * Queries) + 9] = key == 7 ? score : 0.1f * key;
        }

        using var weights = nn.functional.softmax(tensor(scores).view(Keys, Queries), 0);
        var expected = tensor(values).matmul(weights).data<float>().ToArray();
        var actual = Weighted(scores, values, firstKeys);

        Assert.Equal(expected.Select(float.IsNaN), actual.Select(float.IsNaN));
        Assert.All(expected.Zip(actual), pair => Assert.True(float.IsNaN(pair.First) || Math.Abs(pair.First - pair.Second) < 1e-5, $"{pair}"));
    }

    private static float[] Weighted(float[] scores, float[] values, int firstKeys)
    {
        var (most, sums, result) = (new float[Queries], new float[Queries], new float[Queries]);
        fixed (float* score = scores, greatest = most, sum = sums, weighted = result)
        {
            for (var begin = 0; begin < Keys; begin += firstKeys)
            {
                var keys = Math.Min(firstKeys, Keys - begin);
                ColumnSoftmax.Join(score + (begin * Queries), keys, begin == 0, greatest, sum, weighted, width: 1);
                for (var at = begin * Queries; at < (begin + keys) * Queries; at++)
                {
                    result[at % Queries] += scores[at] * values[at / Queries];
                }
            }

            ColumnSoftmax.End(sum, weighted, width: 1);
        }

        return result;
    }
}
