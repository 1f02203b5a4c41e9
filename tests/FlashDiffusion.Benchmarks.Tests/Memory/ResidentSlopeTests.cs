using FlashDiffusion.Benchmarks.Macro.Memory;
using FlashDiffusion.Noise;

namespace FlashDiffusion.Benchmarks.Tests.Memory;

/// <summary>Whether a leak is told from the noise of a process, on series like those that were measured: 10,080 steps, looked at every 160.</summary>
public sealed class ResidentSlopeTests
{
    private const int Samples = 63;
    private const int StepsPerSample = 160;
    private const double Leak = 500;

    // By so much means of blocks lay beside a line in the whole run that did not grow; half of it is still there at the next sample.
    private const double NoiseBytes = 0.3e6;
    private const double Persistence = 0.5;

    // As a whole run had it once.
    private const double Jump = 3.7e6;

    [Theory]
    [MemberData(nameof(Series))]
    public void Of_SteadyLeak_Grows(ulong seed, int jumpsAt)
    {
        var slope = ResidentSlope.Of(Sampled(seed, Leak, jumpsAt));

        Assert.True(slope.Grows, $"{slope.PerStep}");
        Assert.InRange(Leak, slope.PerStep.Low, slope.PerStep.High);
    }

    [Theory]
    [MemberData(nameof(Series))]
    public void Of_NoLeak_DoesNotGrow(ulong seed, int jumpsAt)
    {
        var slope = ResidentSlope.Of(Sampled(seed, leak: 0, jumpsAt));

        Assert.False(slope.Grows, $"{slope.PerStep}");
    }

    [Fact]
    public void Of_OneJump_IsShownBesideTheSlope()
    {
        var json = ResidentSlope.Of(Sampled(seed: 1, leak: 0, jumpsAt: 30)).ToJson();

        Assert.InRange(json["grown_bytes"]!.GetValue<double>(), 0.6 * Jump, 1.4 * Jump);
        Assert.InRange(json["largest_jump_bytes"]!.GetValue<double>(), 0.4 * Jump, 1.2 * Jump);
        Assert.True(json["line_bytes_per_step"]!.GetValue<double>() > 200);
    }

    [Fact]
    public void Of_LeakThatIsPlanted_IsCaught()
    {
        var slope = ResidentSlope.Of(Sampled(seed: 1, leak: 64 * 1024, jumpsAt: 30));

        Assert.True(slope.Grows);
        Assert.InRange(slope.PerStep.Middle, 0.98 * 64 * 1024, 1.02 * 64 * 1024);
    }

    [Fact]
    public void Of_QuickRun_CatchesWhatIsPlanted()
    {
        var slope = ResidentSlope.Of(Sampled(seed: 1, leak: 64 * 1024, jumpsAt: 3)[..7]);

        Assert.True(slope.Grows);
    }

    /// <summary>Seeds, and jumps at the beginning, in the middle, near the end, or none.</summary>
    public static TheoryData<ulong, int> Series()
    {
        var series = new TheoryData<ulong, int>();
        foreach (var seed in Enumerable.Range(1, 6))
        {
            foreach (var jumpsAt in new[] { -1, 2, 13, 31, 32, 45, 60 })
            {
                series.Add((ulong)seed, jumpsAt);
            }
        }

        return series;
    }

    private static (double Steps, double Bytes)[] Sampled(ulong seed, double leak, int jumpsAt)
    {
        var draws = new float[Samples];
        new CounterNoise(seed).FillNormal(NoisePurpose.Degrade, 0, 0, draws);
        var (samples, noise) = (new (double, double)[Samples], 0.0);
        for (var i = 0; i < Samples; i++)
        {
            noise = (Persistence * noise) + (Math.Sqrt(1 - (Persistence * Persistence)) * NoiseBytes * draws[i]);
            var steps = (double)StepsPerSample * (i + 1);
            samples[i] = (steps, 9e8 + (leak * steps) + noise + (jumpsAt >= 0 && i >= jumpsAt ? Jump : 0));
        }

        return samples;
    }
}
