using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Abstractions.Tests.Sampling;

public sealed class AdamWStateTests
{
    [Fact]
    public void Next_RowsAtDifferentIterationsAndRates_FollowTheFormulaEach()
    {
        using var scope = NewDisposeScope();
        float[] gradients = [0.5f, -2f];
        double[] rates = [0.1, 0.01];
        double[] decays = [0.01, 0];
        double[] values = [1, -1];
        double[] first = [0, 0];
        double[] second = [0, 0];

        // Row 1 begins two updates later, with empty moments, as a sample does that joins a batch.
        var state = AdamWState.At(tensor(new float[] { 1, -1 }, [2, 1]));
        for (var update = 1; update <= 5; update++)
        {
            int[] iterations = [update, Math.Max(1, update - 2)];
            if (update == 3)
            {
                state = new AdamWState(cat([state.Values[..1], full(1, 1, -1f)]), cat([state.First[..1], zeros(1, 1)]), cat([state.Second[..1], zeros(1, 1)]));
                (values[1], first[1], second[1]) = (-1, 0, 0);
            }

            state = state.Next(tensor(gradients, [2, 1]) * update, iterations, rates, decays);
            for (var row = 0; row < 2; row++)
            {
                var gradient = gradients[row] * update;
                first[row] = (0.9 * first[row]) + (0.1 * gradient);
                second[row] = (0.999 * second[row]) + (0.001 * gradient * gradient);
                var (mean, square) = (first[row] / (1 - Math.Pow(0.9, iterations[row])), second[row] / (1 - Math.Pow(0.999, iterations[row])));
                values[row] = (values[row] * (1 - (rates[row] * decays[row]))) - (rates[row] * mean / (Math.Sqrt(square) + 1e-8));
            }
        }

        var actual = state.Values.data<float>().ToArray();
        Assert.Equal(values[0], actual[0], 1e-5);
        Assert.Equal(values[1], actual[1], 1e-5);
    }

    [Fact]
    public void Next_FirstUpdate_HasTheLengthOfTheRate()
    {
        using var scope = NewDisposeScope();
        var state = AdamWState.At(zeros(1, 3)).Next(tensor(new[] { 1e-3f, -50f, 7f }, [1, 3]), [1], [0.25], [0]);
        Assert.Equal([-0.25f, 0.25f, -0.25f], state.Values.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-4);
    }
}
