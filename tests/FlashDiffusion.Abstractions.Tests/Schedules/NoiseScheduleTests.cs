namespace FlashDiffusion.Schedules;

public sealed class NoiseScheduleTests
{
    [Theory]
    [InlineData(BetaSchedule.SquareRootLinear)]
    [InlineData(BetaSchedule.Linear)]
    public void Create_EitherKind_RunsFromStartToEndWithFallingSignal(BetaSchedule kind)
    {
        var schedule = NoiseSchedule.Create(100, 1e-4, 2e-2, kind);
        Assert.Equal(1e-4, schedule.ExactBetas[0], 1e-15);
        Assert.Equal(2e-2, schedule.ExactBetas[^1], 1e-15);
        Assert.All(schedule.SignalToNoise.Zip(schedule.SignalToNoise.Skip(1)), pair => Assert.True(pair.First > pair.Second));
    }

    [Theory]
    [InlineData(1, 1e-4, 2e-2)]
    [InlineData(10, 0, 2e-2)]
    [InlineData(10, 2e-2, 1e-2)]
    [InlineData(10, 1e-2, 1.0)]
    [InlineData(10, double.NaN, 1e-2)]
    public void Create_OutOfRange_IsRefused(int timesteps, double start, double end) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NoiseSchedule.Create(timesteps, start, end));

    [Fact]
    public void Gather_MixedTimesteps_GivesOneValueARow()
    {
        var schedule = NoiseSchedule.Create(1000, 0.0015, 0.0195);
        Assert.Equal([schedule.AlphasCumprod[999], schedule.AlphasCumprod[0], schedule.AlphasCumprod[7]], NoiseSchedule.Gather(schedule.AlphasCumprod, [999, 0, 7]));
        Assert.Throws<ArgumentOutOfRangeException>(() => NoiseSchedule.Gather(schedule.AlphasCumprod, [1000]));
    }

    // Forward process and posterior must tell one story: marginalising z_t given z_(t-1) gives abar_(t-1).
    [Fact]
    public void PosteriorMean_OfTheExpectedLatent_IsTheExpectedLatentBefore()
    {
        var schedule = NoiseSchedule.Create(1000, 0.0015, 0.0195);
        for (var t = 1; t < schedule.Timesteps; t++)
        {
            var mean = schedule.PosteriorMeanCoef1[t] + (schedule.PosteriorMeanCoef2[t] * Math.Sqrt(schedule.ExactAlphasCumprod[t]));
            Assert.Equal(Math.Sqrt(schedule.ExactAlphasCumprod[t - 1]), mean, 1e-6);
        }
    }
}
