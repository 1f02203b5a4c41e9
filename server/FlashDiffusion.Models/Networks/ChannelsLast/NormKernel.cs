using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>The passes over memory of group normalisation with SiLU: one for the sums and one to apply, each way.</summary>
/// <remarks>
/// Forward, with u = gamma rstd (x - mean) + beta: y = u sigmoid(u). Backward, with g the gradient of u and N the
/// numbers of a group: dx = rstd (gamma g - mean_N(gamma g) - xhat mean_N(gamma g xhat)).
/// Vectors are of 16 numbers; a processor with registers of eight takes two for each.
/// </remarks>
internal static unsafe class NormKernel
{
    private const int Width = 16;
    // All published networks have a multiple of 32 channels.
    private const int Block = 2 * Width;

    /// <summary>Sums by channel of x and of its square, each less the channel's value in the first pixel: so the variance does not drown in the mean.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(void* arguments, int task)
    {
        ref var work = ref *(NormWork*)arguments;
        var channels = work.Channels;
        var (row, begin, end) = Part(ref work, task);
        var pivots = work.X + ((long)row * work.Pixels * channels);
        var x = pivots + ((long)begin * channels);
        var sums = work.Sums + (2L * task * channels);
        for (var channel = 0; channel < channels; channel += Block)
        {
            var pivot = pivots + channel;
            var (k0, k1) = (Vector512.Load(pivot), Vector512.Load(pivot + Width));
            Vector512<float> s0 = default, s1 = default, q0 = default, q1 = default;
            var at = x + channel;
            for (var pixel = begin; pixel < end; pixel++, at += channels)
            {
                var (d0, d1) = (Vector512.Load(at) - k0, Vector512.Load(at + Width) - k1);
                (s0, s1) = (s0 + d0, s1 + d1);
                q0 = Vector512.FusedMultiplyAdd(d0, d0, q0);
                q1 = Vector512.FusedMultiplyAdd(d1, d1, q1);
            }

            Store(sums + channel, s0, s1);
            Store(sums + channels + channel, q0, q1);
        }
    }

    /// <summary>The output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(void* arguments, int task)
    {
        ref var work = ref *(NormWork*)arguments;
        var channels = work.Channels;
        var (row, begin, end) = Part(ref work, task);
        var first = (((long)row * work.Pixels) + begin) * channels;
        var x = work.X + first;
        var y = work.Output + first;
        var factors = work.Statistics + (4L * row * channels);
        var offsets = factors + channels;
        var means = offsets + channels;
        for (var pixel = begin; pixel < end; pixel++, x += channels, y += channels)
        {
            for (var channel = 0; channel < channels; channel += Width)
            {
                var u = Vector512.FusedMultiplyAdd(Vector512.Load(x + channel) - Vector512.Load(means + channel), Vector512.Load(factors + channel), Vector512.Load(offsets + channel));
                (work.Activate ? u * SigmoidVector.Of(u) : u).Store(y + channel);
            }
        }
    }

    /// <summary>The gradient g of u into the output, and its sums by channel: of g, and of g (x - mean).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackSum(void* arguments, int task)
    {
        ref var work = ref *(NormWork*)arguments;
        var channels = work.Channels;
        var (row, begin, end) = Part(ref work, task);
        var first = (((long)row * work.Pixels) + begin) * channels;
        var statistics = work.Statistics + (4L * row * channels);
        var sums = work.Sums + (2L * task * channels);
        for (var channel = 0; channel < channels; channel += 2 * Width)
        {
            var x = work.X + first + channel;
            var dy = work.OutputGradient + first + channel;
            var g = work.Output + first + channel;
            var of = statistics + channel;
            var (a0, a1) = (Vector512.Load(of), Vector512.Load(of + Width));
            var (b0, b1) = (Vector512.Load(of + channels), Vector512.Load(of + channels + Width));
            var (m0, m1) = (Vector512.Load(of + (2 * channels)), Vector512.Load(of + (2 * channels) + Width));
            Vector512<float> s0 = default, s1 = default, q0 = default, q1 = default;
            for (var pixel = begin; pixel < end; pixel++, x += channels, dy += channels, g += channels)
            {
                var (x0, x1) = (Vector512.Load(x) - m0, Vector512.Load(x + Width) - m1);
                var (g0, g1) = (Vector512.Load(dy), Vector512.Load(dy + Width));
                if (work.Activate)
                {
                    g0 *= Slope(Vector512.FusedMultiplyAdd(x0, a0, b0));
                    g1 *= Slope(Vector512.FusedMultiplyAdd(x1, a1, b1));
                }

                g0.Store(g);
                g1.Store(g + Width);
                (s0, s1) = (s0 + g0, s1 + g1);
                q0 = Vector512.FusedMultiplyAdd(g0, x0, q0);
                q1 = Vector512.FusedMultiplyAdd(g1, x1, q1);
            }

            Store(sums + channel, s0, s1);
            Store(sums + channels + channel, q0, q1);
        }
    }

    /// <summary>The gradient of x, in place of that of u.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackApply(void* arguments, int task)
    {
        ref var work = ref *(NormWork*)arguments;
        var channels = work.Channels;
        var (row, begin, end) = Part(ref work, task);
        var first = (((long)row * work.Pixels) + begin) * channels;
        var x = work.X + first;
        var g = work.Output + first;
        var factors = work.Factors + (3L * row * channels);
        var means = work.Statistics + (4L * row * channels) + (2 * channels);
        var around = work.Around is null ? null : work.Around + first;
        for (var pixel = begin; pixel < end; pixel++, x += channels, g += channels)
        {
            for (var channel = 0; channel < channels; channel += Width)
            {
                var of = factors + channel;
                var rest = Vector512.FusedMultiplyAdd(Vector512.Load(x + channel) - Vector512.Load(means + channel), Vector512.Load(of + channels), Vector512.Load(of + (2 * channels)));
                var gradient = Vector512.FusedMultiplyAdd(Vector512.Load(g + channel), Vector512.Load(of), rest);
                (around is null ? gradient : gradient + Vector512.Load(around + channel)).Store(g + channel);
            }

            around = around is null ? null : around + channels;
        }
    }

    // Of u sigmoid(u).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Slope(Vector512<float> u)
    {
        var sigmoid = SigmoidVector.Of(u);
        return sigmoid * Vector512.FusedMultiplyAdd(u, Vector512<float>.One - sigmoid, Vector512<float>.One);
    }

    private static (int Row, int Begin, int End) Part(ref NormWork work, int task)
    {
        var (row, part) = (task / work.TasksPerRow, task % work.TasksPerRow);
        var begin = part * work.PixelsPerTask;
        return (row, begin, Math.Min(work.Pixels, begin + work.PixelsPerTask));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, Vector512<float> v0, Vector512<float> v1)
    {
        v0.Store(to);
        v1.Store(to + Width);
    }
}
