using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>Softmax along lines of scores, and its gradient; both in place.</summary>
internal static unsafe class SoftmaxKernel
{
    private const int Lanes = WinogradWork.Lanes;

    /// <summary>Turns each line of scores into weights whose sum is 1.</summary>
    /// <param name="scores">(lines, stride). Beyond the columns there will be weights below 1e-37, which whoever reads them multiplies with 0.</param>
    /// <param name="lines">Number of lines.</param>
    /// <param name="columns">Scores of a line.</param>
    /// <param name="stride">Numbers of a line, a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* scores, int lines, int columns, int stride)
    {
        for (var line = 0; line < lines; line++, scores += stride)
        {
            new Span<float>(scores + columns, stride - columns).Fill(float.NegativeInfinity);
            var greatest = Vector512.Create(float.NegativeInfinity);
            for (var column = 0; column < stride; column += Lanes)
            {
                greatest = Vector512.Max(greatest, Vector512.Load(scores + column));
            }

            var top = Greatest(greatest);
            var (most, least) = (Vector512.Create(top), Vector512.Create(-ExponentialVector.Most));
            Vector512<float> sums = default;
            for (var column = 0; column < stride; column += Lanes)
            {
                var power = ExponentialVector.Of(Vector512.MaxNative(Vector512.Load(scores + column) - most, least), ExponentialVector.Log2E);
                power.Store(scores + column);
                sums += power;
            }

            // The difference of two infinities, and a NaN, are lost above: a run that went astray shall be seen, as in torch.
            var factor = Vector512.Create(float.IsFinite(top) ? 1 / Vector512.Sum(sums) : float.NaN);
            for (var column = 0; column < stride; column += Lanes)
            {
                (Vector512.Load(scores + column) * factor).Store(scores + column);
            }
        }
    }

    /// <summary>Turns the gradient with respect to the weights w into that with respect to the scores: w (g - sum(w g)).</summary>
    /// <param name="weights">(lines, stride), from <see cref="Forward"/>.</param>
    /// <param name="gradients">(lines, stride).</param>
    /// <param name="lines">Number of lines.</param>
    /// <param name="stride">Numbers of a line, a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(float* weights, float* gradients, int lines, int stride)
    {
        for (var line = 0; line < lines; line++, weights += stride, gradients += stride)
        {
            Vector512<float> sums = default;
            for (var column = 0; column < stride; column += Lanes)
            {
                sums = Vector512.FusedMultiplyAdd(Vector512.Load(weights + column), Vector512.Load(gradients + column), sums);
            }

            var mean = Vector512.Create(Vector512.Sum(sums));
            for (var column = 0; column < stride; column += Lanes)
            {
                (Vector512.Load(weights + column) * (Vector512.Load(gradients + column) - mean)).Store(gradients + column);
            }
        }
    }

    private static float Greatest(Vector512<float> vector)
    {
        var greatest = vector[0];
        for (var lane = 1; lane < Lanes; lane++)
        {
            greatest = Math.Max(greatest, vector[lane]);
        }

        return greatest;
    }
}
