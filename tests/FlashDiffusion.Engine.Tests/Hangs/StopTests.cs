using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>The end of an engine does not wait for a call that does not end.</summary>
public sealed class StopTests
{
    [Theory]
    // No limit at all, and one far beyond the end.
    [InlineData(0)]
    [InlineData(300)]
    public async Task Dispose_DuringACallThatHangs_EndsAndLeavesTheCallToItself(double limit)
    {
        await using var scene = new HangScene(limit: limit);
        scene.Solver.Hangs = _ => true;
        scene.Open();
        var session = scene.Send(scene.Solver, 5);
        await scene.Solver.EnteredAsync();
        var waiting = scene.Send(scene.Other, 6);

        var ending = scene.Engine.DisposeAsync().AsTask();
        // Longer than a call may take then; second by second, as for a process that is awake.
        for (var second = 0; second < 8; second++)
        {
            scene.Sleep(1);
            await Task.Yield();
        }

        await ending;
        Assert.Equal("SHUTTING_DOWN", (await HangScene.FailedAsync(session)).Failure.Reason);
        Assert.Equal("SHUTTING_DOWN", (await HangScene.FailedAsync(waiting)).Failure.Reason);
        // Nobody is to blame: nothing is put out of service for it.
        Assert.Empty(scene.Hung);
    }

    [Fact]
    public async Task Dispose_DuringACallThatEndsInTime_WaitsForIt()
    {
        await using var scene = new HangScene(limit: 0);
        scene.Solver.Hangs = _ => true;
        scene.Open();
        var session = scene.Send(scene.Solver, 5);
        await scene.Solver.EnteredAsync();

        var ending = scene.Engine.DisposeAsync().AsTask();
        scene.Sleep(1);
        Assert.False(ending.IsCompleted);
        scene.Solver.Release();

        await ending;
        Assert.Equal(SessionOutcome.Rejected, (await HangScene.FailedAsync(session)).Failure.Outcome);
    }
}
