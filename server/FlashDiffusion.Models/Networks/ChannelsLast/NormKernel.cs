using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>The passes over memory of group normalisation with SiLU: one for the sums and one to apply, each way.</summary>
/// <remarks>
/// Forward, with u = gamma rstd (x - mean) + beta: y = u sigmoid(u). Backward, with g the gradient of u and N the
/// numbers of a group: dx = rstd (gamma g - mean_N(gamma g) - xhat mean_N(gamma g xhat)).
/// </remarks>
internal static unsafe class NormKernel
{
    private const int Width = 8;
    // All published networks have a multiple of 32 channels.
    private const int Block = 4 * Width;

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
            var (k0, k1, k2, k3) = (Vector256.Load(pivot), Vector256.Load(pivot + Width), Vector256.Load(pivot + (2 * Width)), Vector256.Load(pivot + (3 * Width)));
            Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, q0 = default, q1 = default, q2 = default, q3 = default;
            var at = x + channel;
            for (var pixel = begin; pixel < end; pixel++, at += channels)
            {
                var (d0, d1, d2, d3) = (Vector256.Load(at) - k0, Vector256.Load(at + Width) - k1, Vector256.Load(at + (2 * Width)) - k2, Vector256.Load(at + (3 * Width)) - k3);
                (s0, s1, s2, s3) = (s0 + d0, s1 + d1, s2 + d2, s3 + d3);
                q0 = Vector256.FusedMultiplyAdd(d0, d0, q0);
                q1 = Vector256.FusedMultiplyAdd(d1, d1, q1);
                q2 = Vector256.FusedMultiplyAdd(d2, d2, q2);
                q3 = Vector256.FusedMultiplyAdd(d3, d3, q3);
            }

            Store(sums + channel, s0, s1, s2, s3);
            Store(sums + channels + channel, q0, q1, q2, q3);
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
                var u = Vector256.FusedMultiplyAdd(Vector256.Load(x + channel) - Vector256.Load(means + channel), Vector256.Load(factors + channel), Vector256.Load(offsets + channel));
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
            var (a0, a1) = (Vector256.Load(of), Vector256.Load(of + Width));
            var (b0, b1) = (Vector256.Load(of + channels), Vector256.Load(of + channels + Width));
            var (m0, m1) = (Vector256.Load(of + (2 * channels)), Vector256.Load(of + (2 * channels) + Width));
            Vector256<float> s0 = default, s1 = default, q0 = default, q1 = default;
            for (var pixel = begin; pixel < end; pixel++, x += channels, dy += channels, g += channels)
            {
                var (x0, x1) = (Vector256.Load(x) - m0, Vector256.Load(x + Width) - m1);
                var (g0, g1) = (Vector256.Load(dy), Vector256.Load(dy + Width));
                if (work.Activate)
                {
                    g0 *= Slope(Vector256.FusedMultiplyAdd(x0, a0, b0));
                    g1 *= Slope(Vector256.FusedMultiplyAdd(x1, a1, b1));
                }

                g0.Store(g);
                g1.Store(g + Width);
                (s0, s1) = (s0 + g0, s1 + g1);
                q0 = Vector256.FusedMultiplyAdd(g0, x0, q0);
                q1 = Vector256.FusedMultiplyAdd(g1, x1, q1);
            }

            s0.Store(sums + channel);
            s1.Store(sums + channel + Width);
            q0.Store(sums + channels + channel);
            q1.Store(sums + channels + channel + Width);
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
        for (var pixel = begin; pixel < end; pixel++, x += channels, g += channels)
        {
            for (var channel = 0; channel < channels; channel += Width)
            {
                var of = factors + channel;
                var rest = Vector256.FusedMultiplyAdd(Vector256.Load(x + channel) - Vector256.Load(means + channel), Vector256.Load(of + channels), Vector256.Load(of + (2 * channels)));
                Vector256.FusedMultiplyAdd(Vector256.Load(g + channel), Vector256.Load(of), rest).Store(g + channel);
            }
        }
    }

    // Of u sigmoid(u).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Slope(Vector256<float> u)
    {
        var sigmoid = SigmoidVector.Of(u);
        return sigmoid * Vector256.FusedMultiplyAdd(u, Vector256<float>.One - sigmoid, Vector256<float>.One);
    }

    private static (int Row, int Begin, int End) Part(ref NormWork work, int task)
    {
        var (row, part) = (task / work.TasksPerRow, task % work.TasksPerRow);
        var begin = part * work.PixelsPerTask;
        return (row, begin, Math.Min(work.Pixels, begin + work.PixelsPerTask));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, Vector256<float> v0, Vector256<float> v1, Vector256<float> v2, Vector256<float> v3)
    {
        v0.Store(to);
        v1.Store(to + Width);
        v2.Store(to + (2 * Width));
        v3.Store(to + (3 * Width));
    }
}
