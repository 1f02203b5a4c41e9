using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using TorchSharp;

namespace FlashDiffusion.Engine.Tests.Devices;

/// <summary>Samples move between devices, and nobody can tell from the result.</summary>
public sealed class SampleMovesTests
{
    private static EngineOptions Two => new() { MaximumSessions = 20, Device = "cpu,cpu", Threads = 1 };

    [Theory]
    [InlineData(ComputeMode.Fast)]
    [InlineData(ComputeMode.Exact)]
    public async Task Move_ThereAndBack_ChangesNotOneBit(object mode)
    {
        using var alone = new EngineHarness();
        var expected = alone.Submit(alone.Request(1, startTimestep: 20) with { Mode = (ComputeMode)mode });
        alone.RunUntilIdle();

        using var harness = new EngineHarness(Two);
        var tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var session = harness.Submit(harness.Request(1, startTimestep: 20) with { Mode = (ComputeMode)mode });
        harness.Tick(8);
        SampleMoves.Move(Assert.Single(harness.Loops[0].Samples), harness.Loops[0], harness.Loops[1]);
        Assert.Empty(harness.Loops[0].Samples);
        harness.Loops[1].Tick();
        harness.Loops[1].Tick();
        SampleMoves.Move(Assert.Single(harness.Loops[1].Samples), harness.Loops[1], harness.Loops[0]);
        harness.RunUntilIdle();

        var (left, right) = (await EngineHarness.ResultAsync(expected), await EngineHarness.ResultAsync(session));
        Assert.Equal(left.Picture.Values, right.Picture.Values);
        Assert.Equal(left.Cost.Calls, right.Cost.Calls);
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public async Task Move_WithinAStepThatIsNeverComplete_IsNoFreshStart()
    {
        using var harness = new EngineHarness(Two);
        harness.Solver.Endless.Add(1);
        var session = harness.Submit(harness.Request(1, startTimestep: 20));
        harness.Tick(200);
        SampleMoves.Move(Assert.Single(harness.Loops[0].Samples), harness.Loops[0], harness.Loops[1]);
        harness.RunUntilIdle();

        Assert.Equal("SOLVER_FAULT", (await EngineHarness.FailureAsync(session)).Reason);
        Assert.Equal(256, harness.Solver.Batches.Count);
    }

    [Fact]
    public void Consider_OneDeviceIdle_EvensOutAndThenStops()
    {
        using var harness = new EngineHarness(Two) { StepTime = TimeSpan.Zero, RowTime = TimeSpan.FromMilliseconds(10) };
        var moves = new SampleMoves(harness.Loops);
        for (ulong seed = 1; seed <= 8; seed++)
        {
            harness.Submit(harness.Request(seed, startTimestep: 200));
        }

        harness.Tick(10);
        var moved = 0;
        while (moves.Consider(harness.Loops[0]))
        {
            moved++;
        }

        harness.Loops[1].Tick();
        harness.Loops[1].Tick();
        Assert.InRange(moved, 3, 4);
        Assert.Equal((8 - moved, moved), (harness.Loops[0].Samples.Count(), harness.Loops[1].Samples.Count()));
        Assert.InRange(Math.Abs(harness.Loops[0].Pressure - harness.Loops[1].Pressure), 0, 2 * harness.Loops[0].Samples.Max(harness.Loops[0].WorkOf));
        Assert.False(moves.Consider(harness.Loops[1]));
        harness.RunUntilIdle();
        Assert.Equal(8, harness.Ledger.Ended(SessionOutcome.Completed));
    }

    [Fact]
    public async Task Consider_ASampleThatCantBeCopied_StaysAndEnds()
    {
        using var harness = new EngineHarness(Two) { StepTime = TimeSpan.Zero, RowTime = TimeSpan.FromMilliseconds(10) };
        var session = harness.Submit(harness.Request(1, startTimestep: 200));
        harness.Submit(harness.Request(2, startTimestep: 150));
        harness.Tick(10);
        foreach (var sample in harness.Loops[0].Samples)
        {
            sample.Latent.Dispose();
        }

        Assert.False(new SampleMoves(harness.Loops).Consider(harness.Loops[0]));
        Assert.Equal(2, harness.Loops[0].Samples.Count());
        harness.RunUntilIdle();
        Assert.Equal("SOLVER_FAULT", (await EngineHarness.FailureAsync(session)).Reason);
        Assert.Equal(0, harness.Ledger.Active);
    }

    [Fact]
    public async Task HandOff_OfASampleThatCantBeCopied_IsItsLastCheckpoint()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, startTimestep: 200) with { Progress = new ProgressOptions { CheckpointEverySteps = 4 } });
        harness.Tick(12);
        Assert.Single(harness.Loop.Samples).Latent.Dispose();
        session.HandOff();
        harness.RunUntilIdle();
        var end = Assert.IsType<FailedEvent>((await EngineHarness.EventsAsync(session))[^1]);
        Assert.Equal(0, end.Checkpoint!.StepIndex % 4);
        Assert.InRange(end.Checkpoint.StepIndex, 4, 12);
        Assert.Equal(0, harness.Ledger.Active);
    }

    [Theory]
    [InlineData("cpu,cuda:0", false)]
    [InlineData("cuda:0,cuda:1", true)]
    public void Consider_DevicesOfOtherSpeed_KeepWhatTheyHave(string devices, bool moves)
    {
        // Their fake model is the processor's all the same.
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 20, Device = devices, Threads = 1 }) { StepTime = TimeSpan.Zero, RowTime = TimeSpan.FromMilliseconds(10) };
        harness.Submit(harness.Request(1, startTimestep: 200));
        harness.Submit(harness.Request(2, startTimestep: 200));
        harness.Tick(10);
        Assert.Equal(moves, new SampleMoves(harness.Loops).Consider(harness.Loops[0]));
    }

    [Fact]
    public void Consider_SamplesWithDeadlines_StayWhereTheyWerePromised()
    {
        using var harness = new EngineHarness(Two) { StepTime = TimeSpan.Zero, RowTime = TimeSpan.FromMilliseconds(10) };
        var moves = new SampleMoves(harness.Loops);
        for (ulong seed = 1; seed <= 6; seed++)
        {
            harness.Submit(harness.Request(seed, startTimestep: 100) with { TimeLimit = seed == 6 ? null : TimeSpan.FromHours(1) });
        }

        harness.Tick(10);
        Assert.True(moves.Consider(harness.Loops[0]));
        Assert.False(moves.Consider(harness.Loops[0]));
        Assert.All(harness.Loops[0].Samples, sample => Assert.NotNull(sample.DueAt));
        harness.RunUntilIdle();
        Assert.Equal(6, harness.Ledger.Ended(SessionOutcome.Completed));
    }

    [Theory]
    [InlineData("cuda:0,cuda:1,cuda:2", ComputeMode.Fast, 2)]
    [InlineData("cpu,cpu,cuda:0", ComputeMode.Fast, 1)]
    [InlineData("cpu,cpu,cuda:0", ComputeMode.Exact, 1)]
    public void Consider_SeveralThatHaveLess_SamplesGoToTheLightestThatMayTakeThem(string devices, object mode, int expected)
    {
        // All compute on the processor: only the name makes one of another kind.
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 20, Device = devices, Threads = 1 }) { StepTime = TimeSpan.Zero, RowTime = TimeSpan.FromMilliseconds(10) };
        var moves = new SampleMoves(harness.Loops);
        for (ulong seed = 1; seed <= 4; seed++)
        {
            harness.Submit(harness.Request(seed, startTimestep: 200) with { Mode = (ComputeMode)mode });
        }

        harness.Tick(10);
        harness.Loops[1].Arrive(() => { }, work: 0.01);
        Assert.True(harness.Loops[2].Pressure < harness.Loops[1].Pressure);
        Assert.True(moves.Consider(harness.Loops[0]));
        harness.Loops[1].Tick();
        harness.Loops[2].Tick();
        Assert.Equal((3, 1, 0), (harness.Loops[0].Samples.Count(), harness.Loops[expected].Samples.Count(), harness.Loops[3 - expected].Samples.Count()));
        harness.RunUntilIdle();
        Assert.Equal(4, harness.Ledger.Ended(SessionOutcome.Completed));
    }

    [Fact]
    public async Task Move_CancelledOnTheWay_Ends()
    {
        using var harness = new EngineHarness(Two);
        var session = harness.Submit(harness.Request(1, startTimestep: 20));
        harness.Tick(8);
        SampleMoves.Move(Assert.Single(harness.Loops[0].Samples), harness.Loops[0], harness.Loops[1]);
        session.Cancel();
        harness.RunUntilIdle();
        Assert.Equal(SessionOutcome.Cancelled, (await EngineHarness.FailureAsync(session)).Outcome);
        Assert.Equal(0, harness.Ledger.Active);
    }

    [Fact]
    public async Task Move_SolverBarredOnTheWay_TakesNoFurtherStep()
    {
        using var harness = new EngineHarness(Two);
        var session = harness.Submit(harness.Request(1, startTimestep: 20));
        harness.Tick(8);
        var sample = Assert.Single(harness.Loops[0].Samples);
        var steps = harness.Solver.Batches.Count;
        SampleMoves.Move(sample, harness.Loops[0], harness.Loops[1]);
        harness.Quarantine.Add(harness.Solver);
        harness.RunUntilIdle();
        var failure = await EngineHarness.FailureAsync(session);
        Assert.Equal(("SOLVER_FAULT", true, steps), (failure.Reason, failure.IsResumable, harness.Solver.Batches.Count));
    }

    [Fact]
    public void Pressure_ArrivalsNotYetSeen_Count()
    {
        using var harness = new EngineHarness(Two);
        harness.Submit(harness.Request(1));
        Assert.True(harness.Loops[0].Pressure > harness.Loops[1].Pressure);
    }
}
