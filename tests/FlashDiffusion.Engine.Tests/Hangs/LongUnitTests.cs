using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>A unit of work that outlasts the end of a server is no reason to lose what was done before it.</summary>
public sealed class LongUnitTests
{
    private const double Limit = 100;

    [Fact]
    public async Task HandOff_DuringALongUnit_EndsWithTheLastCompletedStepWithoutWaitingForIt()
    {
        await using var scene = new HangScene(limit: Limit);
        var whole = scene.Send(scene.Other, 5);
        scene.Open();
        var expected = await EngineHarness.ResultAsync(whole);
        scene.Solver.Hangs = batch =>
        {
            scene.Sleep(1.5);
            return batch.Rows[0].StepIndex == 7;
        };
        // None is sent after the first, so that the client has nothing of the steps that were done.
        var session = scene.Send(scene.Solver, 5, request => request with { Progress = new ProgressOptions { CheckpointEverySteps = 1000 } });
        await scene.Solver.EnteredAsync();

        session.HandOff();
        scene.Sleep(1.9);
        Assert.False(session.HasEnded);
        scene.Sleep(0.2);
        Assert.True(session.HasEnded);

        var end = await HangScene.FailedAsync(session);
        Assert.Equal((SessionOutcome.Cancelled, 7, 7), (end.Failure.Outcome, end.Failure.Step, end.Checkpoint?.StepIndex));
        Assert.Empty(scene.Hung);
        scene.Solver.Release();
        var resumed = await EngineHarness.ResultAsync(scene.Send(scene.Other, 5, request => request with { Resume = end.Checkpoint }));
        Assert.Equal(expected.Picture.Values, resumed.Picture.Values);
    }

    [Fact]
    public async Task HandOff_DuringALongUnitWithoutCheckpoints_EndsWithoutOne()
    {
        await using var scene = new HangScene(limit: Limit);
        scene.Solver.Hangs = _ => true;
        scene.Open();
        var session = scene.Send(scene.Solver, 5, request => request with { Progress = new ProgressOptions() });
        // Queued behind it: it has no state yet, and is not kept waiting either.
        await scene.Solver.EnteredAsync();
        var waiting = scene.Send(scene.Solver, 6);

        session.HandOff();
        waiting.HandOff();
        scene.Sleep(2.1);

        Assert.Null((await HangScene.FailedAsync(session)).Checkpoint);
        Assert.Null((await HangScene.FailedAsync(waiting)).Checkpoint);
    }
}
