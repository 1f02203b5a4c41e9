using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>Softmax down the columns of a block of transposed scores (keys, 64 queries), block after block, and its gradient.</summary>
internal static unsafe class ColumnSoftmax
{
    private const int Lanes = WinogradWork.Lanes;
    private const int Columns = AttentionHead.Queries;

    /// <summary>Turns the next block of scores into powers, and what came of the blocks before into what it is below the greatest score now.</summary>
    /// <param name="scores">(keys, 64); becomes exp(score - greatest).</param>
    /// <param name="keys">Keys of the block.</param>
    /// <param name="begins">Whether it is the first block.</param>
    /// <param name="most">(64): the greatest score so far.</param>
    /// <param name="sums">(64): the sum of the powers so far.</param>
    /// <param name="result">(width, 64): the values weighted by the powers so far.</param>
    /// <param name="width">Channels of the head.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Join(float* scores, int keys, bool begins, float* most, float* sums, float* result, int width)
    {
        for (var column = 0; column < Columns; column += Lanes)
        {
            var greatest = begins ? Vector512.Load(scores + column) : Vector512.Load(most + column);
            for (var key = 0; key < keys; key++)
            {
                // Not MaxNative, which would lose a NaN to the next key.
                greatest = Vector512.Max(greatest, Vector512.Load(scores + (key * Columns) + column));
            }

            // NaN where a score is none, or left float32's range: so it is seen.
            var sum = greatest - greatest;
            for (var key = 0; key < keys; key++)
            {
                var at = scores + (key * Columns) + column;
                var power = Power(Vector512.Load(at), greatest);
                power.Store(at);
                sum += power;
            }

            if (!begins)
            {
                var factor = Power(Vector512.Load(most + column), greatest);
                sum = Vector512.FusedMultiplyAdd(Vector512.Load(sums + column), factor, sum);
                Scale(result + column, width, factor);
            }

            greatest.Store(most + column);
            sum.Store(sums + column);
        }
    }

    /// <summary>Divides by the sums, which become one over themselves.</summary>
    /// <param name="sums">(64).</param>
    /// <param name="result">(width, 64).</param>
    /// <param name="width">Channels of the head.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void End(float* sums, float* result, int width)
    {
        for (var column = 0; column < Columns; column += Lanes)
        {
            var factor = Vector512<float>.One / Vector512.Load(sums + column);
            Scale(result + column, width, factor);
            factor.Store(sums + column);
        }
    }

    /// <summary>Turns scores into weights again.</summary>
    /// <param name="scores">(keys, 64).</param>
    /// <param name="keys">Keys of the block.</param>
    /// <param name="most">(64): the greatest score of all blocks.</param>
    /// <param name="factors">(64): one over the sum of the powers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh(float* scores, int keys, float* most, float* factors)
    {
        for (var column = 0; column < Columns; column += Lanes)
        {
            var (greatest, factor) = (Vector512.Load(most + column), Vector512.Load(factors + column));
            for (var key = 0; key < keys; key++)
            {
                var at = scores + (key * Columns) + column;
                (Power(Vector512.Load(at), greatest) * factor).Store(at);
            }
        }
    }

    /// <summary>Turns the gradient with respect to the weights w into that with respect to the scores: w (g - mean).</summary>
    /// <param name="weights">(keys, 64), from <see cref="Weigh"/>.</param>
    /// <param name="gradients">(keys, 64).</param>
    /// <param name="keys">Keys of the block.</param>
    /// <param name="means">(64), from <see cref="Means"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(float* weights, float* gradients, int keys, float* means)
    {
        for (var column = 0; column < Columns; column += Lanes)
        {
            var mean = Vector512.Load(means + column);
            for (var key = 0; key < keys; key++)
            {
                var at = (key * Columns) + column;
                (Vector512.Load(weights + at) * (Vector512.Load(gradients + at) - mean)).Store(gradients + at);
            }
        }
    }

    /// <summary>The sum of w g over all keys: of the weights and the gradients with respect to them, or, which is the same, of the output and the gradient with respect to it.</summary>
    /// <param name="numbers">(lines, 64): weights (keys, 64) or output (width, 64).</param>
    /// <param name="gradients">(lines, 64).</param>
    /// <param name="lines">Keys, or channels of the head.</param>
    /// <param name="means">(64).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Means(float* numbers, float* gradients, int lines, float* means)
    {
        for (var column = 0; column < Columns; column += Lanes)
        {
            Vector512<float> sum = default;
            for (var line = 0; line < lines; line++)
            {
                var at = (line * Columns) + column;
                sum = Vector512.FusedMultiplyAdd(Vector512.Load(numbers + at), Vector512.Load(gradients + at), sum);
            }

            sum.Store(means + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Power(Vector512<float> score, Vector512<float> greatest) =>
        ExponentialVector.Of(Vector512.MaxNative(score - greatest, Vector512.Create(-ExponentialVector.Most)), ExponentialVector.Log2E);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(float* numbers, int lines, Vector512<float> factor)
    {
        for (var line = 0; line < lines; line++, numbers += Columns)
        {
            (Vector512.Load(numbers) * factor).Store(numbers);
        }
    }
}
