using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Devices;

/// <summary>What one sample does never harms another.</summary>
public sealed class IsolationTests
{
    [Fact]
    public async Task Tick_OneRowNotFinite_FailsAlone()
    {
        using var harness = new EngineHarness();
        harness.Solver.Poisoned.Add(2);
        var (alone, sessions) = await WithCompanionsAsync(harness);

        var failure = await EngineHarness.FailureAsync(sessions[1]);
        Assert.Equal((SessionOutcome.SolverFailed, "NOT_FINITE", 0), (failure.Outcome, failure.Reason, failure.Step));
        Assert.Equal(alone, (await EngineHarness.ResultAsync(sessions[0])).Picture.Values);
        Assert.Equal(2, harness.Ledger.Ended(SessionOutcome.Completed));
    }

    [Fact]
    public async Task Tick_SolverThrowsForOneRow_FailsAlone()
    {
        using var harness = new EngineHarness();
        harness.Solver.Throwing.Add(2);
        var (alone, sessions) = await WithCompanionsAsync(harness);

        var failure = await EngineHarness.FailureAsync(sessions[1]);
        Assert.Equal((SessionOutcome.SolverFailed, "SOLVER_FAULT"), (failure.Outcome, failure.Reason));
        Assert.DoesNotContain("Told to throw", failure.Message, StringComparison.Ordinal);
        Assert.Equal(alone, (await EngineHarness.ResultAsync(sessions[0])).Picture.Values);
        Assert.Equal(2, harness.Ledger.Ended(SessionOutcome.Completed));
    }

    [Fact]
    public async Task Tick_DifferentTimesteps_ShareABatchAndChangeNothing()
    {
        using var harness = new EngineHarness();
        var alone = await AloneAsync(1, startTimestep: 9);
        var session = harness.Submit(harness.Request(1, startTimestep: 9));
        harness.Submit(harness.Request(2, startTimestep: 30));
        harness.Submit(harness.Request(3, startTimestep: 4));
        harness.RunUntilIdle();

        Assert.Contains(harness.Solver.Timesteps, rows => rows.Distinct().Count() == 3);
        Assert.Equal(alone, (await EngineHarness.ResultAsync(session)).Picture.Values);
    }

    [Fact]
    public async Task Tick_LateComer_JoinsARunningBatch()
    {
        using var harness = new EngineHarness();
        harness.Submit(harness.Request(1, startTimestep: 20));
        harness.Tick(6);
        var late = harness.Submit(harness.Request(2, startTimestep: 5));
        harness.RunUntilIdle();

        Assert.Contains(harness.Solver.Batches, rows => rows.SequenceEqual([1UL, 2UL]));
        Assert.Equal(await AloneAsync(2, startTimestep: 5), (await EngineHarness.ResultAsync(late)).Picture.Values);
    }

    [Fact]
    public async Task Tick_OfficialMode_NeverSharesABatch()
    {
        using var harness = new EngineHarness();
        for (ulong seed = 1; seed <= 3; seed++)
        {
            harness.Submit(harness.Request(seed) with { Compatibility = Compatibility.Official });
        }

        var standard = harness.Submit(harness.Request(4));
        harness.RunUntilIdle();
        Assert.All(harness.Solver.Batches, rows => Assert.Single(rows));
        Assert.Equal(4, harness.Ledger.Ended(SessionOutcome.Completed));
        await EngineHarness.ResultAsync(standard);
    }

    [Fact]
    public async Task Tick_OutOfMemoryForMoreThanTwoRows_FallsBackToOneByOne()
    {
        using var harness = new EngineHarness { LargestBatch = 2 };
        var (alone, sessions) = await WithCompanionsAsync(harness);
        Assert.Equal(3, harness.Ledger.Ended(SessionOutcome.Completed));
        Assert.Equal(alone, (await EngineHarness.ResultAsync(sessions[0])).Picture.Values);
    }

    [Fact]
    public async Task Tick_OutOfMemoryForASingleRow_FailsAsTheDevice()
    {
        using var harness = new EngineHarness { LargestBatch = 0 };
        var session = harness.Submit(harness.Request(1));
        harness.RunUntilIdle();
        var failure = await EngineHarness.FailureAsync(session);
        Assert.Equal((SessionOutcome.OutOfMemory, "DEVICE_OUT_OF_MEMORY"), (failure.Outcome, failure.Reason));
    }

    private static async Task<float[]> AloneAsync(ulong seed, int startTimestep)
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(seed, startTimestep));
        harness.RunUntilIdle();
        return (await EngineHarness.ResultAsync(session)).Picture.Values;
    }

    private static async Task<(float[] Alone, ReconstructionSession[] Sessions)> WithCompanionsAsync(EngineHarness harness)
    {
        ReconstructionSession[] sessions = [harness.Submit(harness.Request(1)), harness.Submit(harness.Request(2)), harness.Submit(harness.Request(3))];
        harness.RunUntilIdle();
        return (await AloneAsync(1, startTimestep: 9), sessions);
    }

    [Fact]
    public async Task Operators_OfTwoVersionsOfAPlugin_AreNeverBoundTogether()
    {
        using var harness = new EngineHarness();
        var newer = new FakeOperatorFamily();
        var before = harness.Submit(harness.Request(1));
        var after = harness.Submit(harness.Request(2) with { Operator = harness.Request(2).Operator! with { Family = newer } });
        harness.RunUntilIdle();

        await EngineHarness.ResultAsync(before);
        await EngineHarness.ResultAsync(after);
        Assert.All(harness.Solver.Batches, batch => Assert.Single(batch));
        Assert.Equal(harness.Family.Bindings, newer.Bindings);
    }
}
