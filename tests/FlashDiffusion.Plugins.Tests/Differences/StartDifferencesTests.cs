using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Schedules;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Plugins.Tests.Differences;

/// <summary>Where the research code's start differs from the right one: both numbers.</summary>
public sealed class StartDifferencesTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Create(1000, 0.0015, 0.0195);

    [Theory]
    [InlineData(0.9f)]
    [InlineData(8f)]
    public void Find_CorrectionTimesSeverityAboveOne_OfficialIsNotANumber(float severity)
    {
        // QUIRKS 8.
        var standard = StartStep.Find(Schedule.SignalToNoise, severity, 1.2f);
        var official = StartStep.FindOfficial(Schedule.SignalToNoise, severity, correction: 1.2f);

        Assert.InRange(standard.SignalScale, 0.1f, 0.2f);
        Assert.True(float.IsNaN(official.SignalScale));
        Assert.Equal(standard.Index, official.Index);
    }

    [Fact]
    public void Find_NoSeverityAtAll_OfficialStartsAtIndexZero()
    {
        // QUIRKS 8.
        Assert.Throws<ArgumentOutOfRangeException>(() => StartStep.Find(Schedule.SignalToNoise, float.NaN, 1));
        Assert.Equal(0, StartStep.FindOfficial(Schedule.SignalToNoise, float.NaN, correction: 1).Index);
    }

    [Fact]
    public async Task Start_LatentScale_OfficialForgetsIt()
    {
        // QUIRKS 9: the scaled severity is 0.04 here, the research code's the encoder's own 0.25.
        var standard = await StartAsync(Compatibility.Standard);
        var official = await StartAsync(Compatibility.Official);

        Assert.Equal(StartStep.Find(Schedule.SignalToNoise, 0.04f, 1).Index + 1, standard);
        Assert.Equal(StartStep.FindOfficial(Schedule.SignalToNoise, 0.25f, correction: 1).Index, official);
    }

    private static async Task<int> StartAsync(Compatibility compatibility)
    {
        // The fake encoder's severity is the measurement's value: 0.04, as a real one has scaled its own 0.25 by 0.4 squared.
        using var harness = new EngineHarness { Model = new FakeModel { LatentScale = 0.4 } };
        var request = harness.Request(1, fill: 0.04f);
        var session = harness.Submit(request with
        {
            Model = harness.Served(new FakeSeverityEncoder("gain")),
            Adaptation = new Adaptation(),
            Compatibility = compatibility,
            SeverityPolicy = SeverityPolicy.Warn,
        });
        harness.RunUntilIdle();
        return (await EngineHarness.ResultAsync(session)).Cost.Steps;
    }
}
