using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
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

    [Theory]
    [InlineData(1, false)]
    [InlineData(5, false)]
    [InlineData(3, true)]
    public async Task Submit_WithEveryCheckpoint_GivesTheSamePictureAndCost(int every, bool inverts)
    {
        using var whole = new EngineHarness();
        var request = whole.Request(5, startTimestep: 12) with
        {
            Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = 12, Start = inverts ? StartMode.DdimInversion : StartMode.Noise },
            Progress = new ProgressOptions { EverySteps = 1000, CheckpointEverySteps = every },
        };
        var uninterrupted = whole.Submit(request);
        var checkpoints = await CheckpointsAsync(whole, uninterrupted);
        var expected = await EngineHarness.ResultAsync(uninterrupted);
        Assert.Equal(Enumerable.Range(0, 1 + (expected.Cost.Steps / every)).Select(i => i * every), checkpoints.Select(checkpoint => checkpoint.StepIndex));

        foreach (var checkpoint in checkpoints)
        {
            using var other = new EngineHarness();
            // As bytes, so that nothing but what travels is needed.
            var travelled = checkpoint with { State = SampleState.Read(checkpoint.State.Write()) };
            var resumed = other.Submit(other.Request(5, startTimestep: 12) with { Adaptation = request.Adaptation, Resume = travelled });
            other.RunUntilIdle();
            var events = await EngineHarness.EventsAsync(resumed);
            var accepted = Assert.IsType<AcceptedEvent>(events[0]);
            var actual = Assert.IsType<ResultEvent>(events[^1]);
            Assert.Equal(checkpoint.StepIndex, accepted.ResumedAt);
            Assert.Equal(expected.Picture.Values, actual.Picture.Values);
            Assert.Equal((expected.Cost.Steps, expected.Cost.Calls, expected.Cost.FullSteps), (actual.Cost.Steps, actual.Cost.Calls, actual.Cost.FullSteps));
        }
    }

    [Fact]
    public async Task HandOff_Running_LosesNoStep()
    {
        using var whole = new EngineHarness();
        var request = whole.Request(5, startTimestep: 12) with { Progress = new ProgressOptions { CheckpointEverySteps = 100 } };
        var uninterrupted = whole.Submit(request);
        whole.RunUntilIdle();

        using var first = new EngineHarness();
        var session = first.Submit(first.Request(5, startTimestep: 12) with { Progress = request.Progress });
        first.Tick(8);
        var done = Assert.Single(first.Loop.Samples).StepIndex;
        session.HandOff();
        first.RunUntilIdle();
        var checkpoint = Assert.IsType<FailedEvent>((await EngineHarness.EventsAsync(session))[^1]).Checkpoint!;
        Assert.Equal(done, checkpoint.StepIndex);

        using var second = new EngineHarness();
        var resumed = second.Submit(second.Request(5, startTimestep: 12) with { Resume = checkpoint });
        second.RunUntilIdle();
        Assert.Equal((await EngineHarness.ResultAsync(uninterrupted)).Picture.Values, (await EngineHarness.ResultAsync(resumed)).Picture.Values);
    }

    [Fact]
    public void Fits_OtherPlanOrShape_DoesNot()
    {
        using var harness = new EngineHarness();
        harness.Submit(harness.Request(5, startTimestep: 12));
        harness.Tick(4);
        var checkpoint = Checkpoint.Of(Assert.Single(harness.Loop.Samples));
        var request = harness.Request(5, startTimestep: 12) with { Resume = checkpoint };
        Assert.True(ResumeChecker.Fits(request));
        Assert.False(ResumeChecker.Fits(request with { Resume = checkpoint with { Plan = [.. new byte[32]] } }));
        Assert.False(ResumeChecker.Fits(request with { Resume = checkpoint with { Start = checkpoint.Start with { Index = 11 } } }));
        Assert.False(ResumeChecker.Fits(request with { Resume = checkpoint with { Start = checkpoint.Start with { Index = 5000 } } }));
        Assert.False(ResumeChecker.Fits(request with { Resume = checkpoint with { State = checkpoint.State with { StepIndex = 14 } } }));
        Assert.False(ResumeChecker.Fits(harness.Request(5, startTimestep: 12, picture: new PictureShape(24, 16)) with { Resume = checkpoint }));
    }

    private static async Task<List<Checkpoint>> CheckpointsAsync(EngineHarness harness, ReconstructionSession session)
    {
        var checkpoints = new List<Checkpoint>();
        await using var events = session.ReadEventsAsync(CancellationToken.None).GetAsyncEnumerator();
        while (harness.Loop.Tick() || session.Events.HasUnread)
        {
            while (session.Events.HasUnread)
            {
                Assert.True(await events.MoveNextAsync());
                if ((events.Current as ProgressEvent)?.Checkpoint is { } saved)
                {
                    checkpoints.Add(saved);
                }
                else if ((events.Current as AcceptedEvent)?.Checkpoint is { } first)
                {
                    checkpoints.Add(first);
                }
            }
        }

        return checkpoints;
    }
}
