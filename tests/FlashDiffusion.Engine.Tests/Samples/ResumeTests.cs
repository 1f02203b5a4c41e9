using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Samples;

/// <summary>Law: a sample restored from its state continues as if nothing had happened.</summary>
public sealed class ResumeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(12)]
    public async Task Restore_AfterSomeSteps_GivesTheSamePicture(int steps)
    {
        using var whole = new EngineHarness();
        var uninterrupted = whole.Submit(whole.Request(5, startTimestep: 12));
        whole.RunUntilIdle();

        using var first = new EngineHarness();
        first.Submit(first.Request(5, startTimestep: 12));
        first.Tick(1 + steps);
        var state = SampleState.Of(Assert.Single(first.Loop.Samples)).Write();

        using var second = new EngineHarness();
        var resumed = second.Submit(second.Request(5, startTimestep: 12));
        second.Tick(1);
        second.Loop.Restore(Assert.Single(second.Loop.Samples), SampleState.Read(state));
        second.RunUntilIdle();

        var expected = await EngineHarness.ResultAsync(uninterrupted);
        var actual = await EngineHarness.ResultAsync(resumed);
        Assert.Equal(expected.Picture.Values, actual.Picture.Values);
    }
}
