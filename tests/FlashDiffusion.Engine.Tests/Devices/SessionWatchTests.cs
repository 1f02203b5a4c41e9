using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Tests.Budgets;
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

    // A look of 24 ms and a decode of 4, with the margin 30.8 ms; never sooner than after half of the time that it has.
    [Theory]
    [InlineData(100, 69, 70)]
    [InlineData(40, 19, 20)]
    public async Task Deadline_DeviceBusyUntilItIsLost_IsRefusedWhileItsCallerListens(int limit, int listens, int refused)
    {
        using var harness = await WarmHarness.WarmAsync();
        harness.Submit(harness.Request(1, 50));
        harness.Tick(2);
        ReconstructionSession? late = null;
        var ended = new List<bool>();
        harness.StepTime = TimeSpan.FromSeconds(20);
        harness.Calling = _ =>
        {
            if (late is null)
            {
                late = harness.Submit(harness.Request(2) with { TimeLimit = TimeSpan.FromMilliseconds(limit) });
                foreach (var looked in new[] { listens, refused })
                {
                    harness.Time.CreateTimer(_ => ended.Add(late.HasEnded), null, TimeSpan.FromMilliseconds(looked), Timeout.InfiniteTimeSpan);
                }
            }
        };
        harness.Tick(1);
        Assert.Equal([false, true], ended);
        var failure = await EngineHarness.FailureAsync(late!);
        Assert.Equal((SessionOutcome.DeadlineExceeded, "DEADLINE_TOO_TIGHT"), (failure.Outcome, failure.Reason));
        Assert.InRange(failure.Eta!.Value.TotalSeconds, 0.05, 30);
        (harness.Calling, harness.StepTime) = (_ => { }, TimeSpan.FromMilliseconds(6));
        harness.RunUntilIdle();
        Assert.Equal(1, harness.Ledger.Ended(SessionOutcome.DeadlineExceeded));
    }
}
