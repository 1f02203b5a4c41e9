using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using static FlashDiffusion.Engine.Tests.Budgets.WarmHarness;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>A device becomes slower while it does what it has promised: whose trajectory a deadline has cut takes fewer steps still, and is in time.</summary>
public sealed class ShortenedAgainTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(11);
    private static readonly ProgressOptions EveryStep = new() { EverySteps = 1, CheckpointEverySteps = 1 };

    [Fact]
    public async Task CutByItsDeadline_TakesFewerStepsFromWhereItStandsAndSaysSo()
    {
        using var harness = await WarmAsync();
        var session = harness.Submit(Request(harness, 400));
        harness.Tick(12);
        var taken = Steps(harness)[..9];
        harness.StepTime = Slow;
        harness.RunUntilIdle();

        var events = await EngineHarness.EventsAsync(session);
        var (accepted, result) = (Assert.IsType<AcceptedEvent>(events[0]), Assert.IsType<ResultEvent>(events[^1]));
        Assert.Equal(CutReason.Deadline, accepted.Cut!.Reason);
        Assert.InRange(result.Cost.Steps, 10, accepted.TotalSteps - 3);
        var notice = Assert.Single(result.Notices);
        Assert.Equal("TRAJECTORY_SHORTENED", notice.Code);
        Assert.Contains($"{result.Cost.Steps} steps instead of the {accepted.TotalSteps} ", notice.Message, StringComparison.Ordinal);

        // What was done stays done, and the rest goes down to 0 without a leap back.
        int[] timesteps = [.. harness.Solver.Timesteps.TakeLast(result.Cost.Steps).Select(row => row[0])];
        Assert.Equal(taken.Select(step => step.Timestep), timesteps[..9]);
        Assert.Equal(timesteps.Distinct().OrderDescending(), timesteps);
        Assert.Equal(0, timesteps[^1]);
    }

    [Fact]
    public async Task CheckpointAfterwards_GoesOnElsewhereToTheSamePicture()
    {
        using var harness = await WarmAsync();
        var session = harness.Submit(Request(harness, 400));
        harness.Tick(12);
        var planned = Steps(harness).Length;
        harness.StepTime = Slow;
        while (Steps(harness).Length == planned)
        {
            harness.Tick(1);
        }

        harness.Tick(2);
        var checkpoint = Checkpoint.Of(Assert.Single(harness.Loop.Samples));
        harness.RunUntilIdle();
        var expected = await EngineHarness.ResultAsync(session);

        using var other = await WarmAsync();
        var request = other.Request(1, Whole - 1) with { Resume = checkpoint with { State = SampleState.Read(checkpoint.State.Write()) } };
        var resumed = other.Submit(request);
        other.RunUntilIdle();
        var actual = await EngineHarness.ResultAsync(resumed);
        Assert.Equal((expected.Cost.Steps, expected.Cost.Calls), (actual.Cost.Steps, actual.Cost.Calls));
        Assert.Equal(expected.Picture.Values, actual.Picture.Values);

        // Its caller may have seen the first event alone.
        Assert.Equal("TRAJECTORY_SHORTENED", Assert.Single(expected.Notices).Code);
        Assert.Equal(expected.Notices, actual.Notices);
    }

    [Fact]
    public async Task NotCut_IsNeverShortened()
    {
        // It has time for all of its steps, and its caller was told so.
        using var harness = await WarmAsync();
        var session = harness.Submit(Request(harness, 700));
        harness.Tick(12);
        harness.StepTime = Slow;
        harness.RunUntilIdle();
        var events = await EngineHarness.EventsAsync(session);
        Assert.Null(Assert.IsType<AcceptedEvent>(events[0]).Cut);
        Assert.Equal(SessionOutcome.DeadlineExceeded, Assert.IsType<FailedEvent>(events[^1]).Failure.Outcome);
    }

    [Fact]
    public async Task SolverThatPlansNoMore_GoesOnAsPlanned()
    {
        using var harness = await WarmAsync();
        var session = harness.Submit(Request(harness, 400));
        harness.Tick(12);
        harness.Solver.PlansLeft = 0;
        harness.StepTime = TimeSpan.FromMilliseconds(6.8);
        harness.RunUntilIdle();
        var events = await EngineHarness.EventsAsync(session);
        Assert.Equal(Assert.IsType<AcceptedEvent>(events[0]).TotalSteps, Assert.IsType<ResultEvent>(events[^1]).Cost.Steps);
    }

    [Fact]
    public async Task SolverThatPlansOnceMore_TakesNoPlanThatWasOnlyTried()
    {
        using var harness = await WarmAsync();
        var session = harness.Submit(Request(harness, 400));
        harness.Tick(12);
        var planned = Steps(harness);
        harness.Solver.PlansLeft = 1;
        harness.StepTime = Slow;
        for (var tick = 0; tick < 20 && harness.Solver.PlansLeft > 0; tick++)
        {
            harness.Tick(1);
        }

        Assert.Equal(0, harness.Solver.PlansLeft);
        Assert.Equal(planned, Steps(harness));
        harness.RunUntilIdle();
        Assert.True(session.HasEnded);
    }

    [Fact]
    public async Task GoingOnFromACheckpoint_IsNotShortened()
    {
        using var harness = await WarmAsync();
        harness.Submit(Request(harness, 400));
        harness.Tick(12);
        var sample = Assert.Single(harness.Loop.Samples);
        Assert.True(RestOfCut.MayShorten(sample));
        var checkpoint = Checkpoint.Of(sample);
        harness.RunUntilIdle();
        harness.Submit(Request(harness, 10_000) with { Resume = checkpoint });
        harness.Tick(3);
        Assert.False(RestOfCut.MayShorten(Assert.Single(harness.Loop.Samples)));
    }

    private static ReconstructionRequest Request(EngineHarness harness, int milliseconds) =>
        harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(milliseconds), Progress = EveryStep };

    private static PlannedStep[] Steps(EngineHarness harness) => [.. Assert.Single(harness.Loop.Samples).Steps];
}
