using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Devices;

public sealed class CancellationTests
{
    [Fact]
    public async Task Cancel_WhileRunning_FreesThePlaceWithinOneStep()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, startTimestep: 500));
        var other = harness.Submit(harness.Request(2, startTimestep: 20));
        harness.Tick(10);
        var steps = harness.Solver.Batches.Count(rows => rows.Contains(1UL));

        session.Cancel();
        harness.Tick(1);
        Assert.Equal(steps, harness.Solver.Batches.Count(rows => rows.Contains(1UL)));
        Assert.Equal(1, harness.Ledger.Active);
        var failure = await EngineHarness.FailureAsync(session);
        Assert.Equal(SessionOutcome.Cancelled, failure.Outcome);
        Assert.Equal(steps, failure.Step);

        harness.RunUntilIdle();
        await EngineHarness.ResultAsync(other);
    }

    [Fact]
    public async Task Cancel_BeforeTheFirstTick_NeverReachesTheDevice()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1));
        session.Cancel();
        harness.RunUntilIdle();
        Assert.Equal(SessionOutcome.Cancelled, (await EngineHarness.FailureAsync(session)).Outcome);
        Assert.Empty(harness.Solver.Batches);
        Assert.Equal(0, harness.Ledger.Active);
    }

    [Fact]
    public async Task Cancel_AfterTheEnd_ChangesNothing()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1));
        harness.RunUntilIdle();
        session.Cancel();
        harness.Tick(1);
        await EngineHarness.ResultAsync(session);
        Assert.Equal(0, harness.Ledger.Ended(SessionOutcome.Cancelled));
    }

    [Fact]
    public async Task Deadline_Passes_EndsWithinOneStep()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, startTimestep: 500) with { Deadline = harness.Time.GetUtcNow() + TimeSpan.FromMilliseconds(55) });
        harness.RunUntilIdle();
        var failure = await EngineHarness.FailureAsync(session);
        Assert.Equal(SessionOutcome.DeadlineExceeded, failure.Outcome);
        Assert.Equal(6, harness.Solver.Batches.Count);
    }

    [Fact]
    public async Task Abort_WithWorkInEveryStage_EndsItAll()
    {
        using var harness = new EngineHarness();
        var running = harness.Submit(harness.Request(1, startTimestep: 100));
        harness.Tick(5);
        var probing = harness.Submit(harness.Request(2));
        harness.Loop.Abort(new Failure(SessionOutcome.DeviceFailed, "TEST", "For a test."));
        Assert.Equal("TEST", (await EngineHarness.FailureAsync(running)).Reason);
        Assert.Equal("TEST", (await EngineHarness.FailureAsync(probing)).Reason);
        Assert.Equal(0, harness.Ledger.Active);
        Assert.False(harness.Loop.Tick());
    }
}
