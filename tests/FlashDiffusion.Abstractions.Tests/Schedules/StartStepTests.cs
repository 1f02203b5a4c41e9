using System.Collections.Immutable;

namespace FlashDiffusion.Schedules;

public sealed class StartStepTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Create(1000, 0.0015, 0.0195);

    // Computed by hand from the schedule of the published celeba256 model (ALGORITHMS, section 1).
    [Theory]
    [InlineData(0.01f, 6)]
    [InlineData(0.10f, 54)]
    [InlineData(0.157f, 79)]
    [InlineData(0.362f, 144)]
    [InlineData(1f, 254)]
    [InlineData(2f, 339)]
    public void Find_SeverityOfThePaper_GivesItsTimestep(float severity, int index)
    {
        var start = StartStep.Find(Schedule.SignalToNoise, severity, 1f);
        Assert.Equal(index, start.Index);
        Assert.False(start.SeverityClamped);
    }

    [Theory]
    [InlineData(0f, 0)]
    [InlineData(1e-9f, 0)]
    [InlineData(1e9f, 999)]
    public void Find_SeverityBeyondTheSchedule_IsClampedToItsEnd(float severity, int index)
    {
        var start = StartStep.Find(Schedule.SignalToNoise, severity, correction: null);
        Assert.Equal(index, start.Index);
        Assert.True(start.SeverityClamped);
        Assert.Equal(1 / Schedule.SignalToNoise[index], start.Severity, 1e-5f * start.Severity);
        Assert.Equal((1f, 0f), (start.SignalScale, start.NoiseScale));
    }

    [Fact]
    public void Find_ShareOfNoiseAboveTheLimit_ClampsTheMixtureButNotTheIndex()
    {
        var start = StartStep.Find(Schedule.SignalToNoise, 2f, 1.2f);
        Assert.Equal(339, start.Index);
        Assert.True(start.NoiseShareClamped);
        Assert.Equal(StartStep.LargestNoiseShare, start.NoiseShare);
        Assert.Equal(1f, (start.SignalScale * start.SignalScale) + (start.NoiseScale * start.NoiseScale), 1e-6f);
    }

    [Theory]
    [InlineData(-1f, 1f)]
    [InlineData(float.NaN, 1f)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(0.1f, -0.5f)]
    public void Find_ImpossibleNumbers_AreRefused(float severity, float correction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StartStep.Find(Schedule.SignalToNoise, severity, correction));

    [Fact]
    public void Find_EmptyGrid_IsRefused() =>
        Assert.Throws<ArgumentException>(() => StartStep.Find(ImmutableArray<float>.Empty, 0.1f, 1f));

    [Fact]
    public void FindOfficial_ShareAboveOne_GivesNaNAsTheResearchCodeDoes()
    {
        var start = StartStep.FindOfficial(Schedule.SignalToNoise, 0.9f, correction: 1.2f);
        Assert.True(float.IsNaN(start.SignalScale));
        Assert.False(start.NoiseShareClamped);
    }

    [Fact]
    public void FindOfficial_VarianceMultiplier_MovesIndexAndSeverity()
    {
        var start = StartStep.FindOfficial(Schedule.SignalToNoise, 0.2f, varianceMultiplier: 0.5f);
        Assert.Equal((54, 0.1f), (start.Index, start.Severity));
    }

    [Fact]
    public void FindOfficial_NaNSeverity_StartsAtZero() =>
        Assert.Equal(0, StartStep.FindOfficial(Schedule.SignalToNoise, float.NaN).Index);
}
