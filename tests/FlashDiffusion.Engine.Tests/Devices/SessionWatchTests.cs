using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Devices;

/// <summary>Timers end sessions on time, in the middle of a unit of work.</summary>
public sealed class SessionWatchTests
{
    [Fact]
    public async Task QueueTimeout_DeviceBusyWithOneLongStep_FiresOnTime()
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 10, MaximumBatch = 1, Policy = "first_come" }) { StepTime = TimeSpan.FromSeconds(20) };
        var busy = harness.Submit(harness.Request(1));
        harness.Tick(2);
        var waiting = harness.Submit(harness.Request(2) with { QueueTimeout = TimeSpan.FromMilliseconds(200) });

        // No tick at all from here on: the device is inside its step.
        harness.Time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.False(waiting.HasEnded);
        harness.Time.Advance(TimeSpan.FromMilliseconds(1));
        var failure = await EngineHarness.FailureAsync(waiting);
        Assert.Equal((SessionOutcome.QueuedTooLong, "QUEUE_TIMEOUT"), (failure.Outcome, failure.Reason));
        Assert.Equal(1, harness.Ledger.Active);

        harness.RunUntilIdle();
        await EngineHarness.ResultAsync(busy);
        Assert.DoesNotContain(harness.Solver.Batches, rows => rows.Contains(2UL));
        Assert.Equal(1, harness.Ledger.Ended(SessionOutcome.QueuedTooLong));
    }

    [Fact]
    public async Task QueueTimeout_FirstStepHasBegun_NoLongerApplies()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, startTimestep: 50) with { QueueTimeout = TimeSpan.FromMilliseconds(200) });
        harness.RunUntilIdle();
        await EngineHarness.ResultAsync(session);
    }

    [Fact]
    public async Task QueueTimeout_OfTheServer_AppliesToWhoNamesNone()
    {
        using var harness = new EngineHarness(new EngineOptions { QueueSeconds = 3 });
        var session = harness.Submit(harness.Request(1));
        harness.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("QUEUE_TIMEOUT", (await EngineHarness.FailureAsync(session)).Reason);
    }

    [Fact]
    public async Task Deadline_InTheMiddleOfAStep_EndsTheSessionThereAndFreesItsTensorsAfterIt()
    {
        using var harness = new EngineHarness();
        var tensors = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var session = harness.Submit(harness.Request(1, startTimestep: 500) with { Deadline = harness.Time.GetUtcNow() + TimeSpan.FromMilliseconds(55) });
        harness.Tick(3);
        harness.Time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(SessionOutcome.DeadlineExceeded, (await EngineHarness.FailureAsync(session)).Outcome);
        Assert.Equal(0, harness.Ledger.Active);
        harness.Tick(1);
        Assert.Equal(tensors, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(1, harness.Ledger.Ended(SessionOutcome.DeadlineExceeded));
    }

    [Fact]
    public void End_OfASession_StopsItsTimers()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1) with { QueueTimeout = TimeSpan.FromSeconds(5), Deadline = harness.Time.GetUtcNow() + TimeSpan.FromSeconds(9) });
        harness.RunUntilIdle();
        harness.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(session.HasEnded);
        Assert.Equal(1, harness.Ledger.Ended(SessionOutcome.Completed));
    }
}
