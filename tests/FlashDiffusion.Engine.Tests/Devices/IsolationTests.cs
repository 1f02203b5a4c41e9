using FlashDiffusion.Engine.Batching;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Tests.Laws;
using FlashDiffusion.Testing.Fakes;
using static TorchSharp.torch;

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
        Assert.Contains("the server's step 1 of the solver 'fake' ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Told to throw", failure.Message, StringComparison.Ordinal);
        Assert.Equal(alone, (await EngineHarness.ResultAsync(sessions[0])).Picture.Values);
        Assert.Equal(2, harness.Ledger.Ended(SessionOutcome.Completed));
    }

    [Theory]
    [InlineData(1, 256)]
    [InlineData(9, 288)]
    public async Task Tick_StepOfOneRowIsNeverComplete_EndsAloneAfterAMultipleOfItsPlan(int chunks, int calls)
    {
        using var harness = new EngineHarness();
        harness.Solver.Chunks = chunks;
        harness.Solver.Endless.Add(2);
        var (alone, sessions) = await WithCompanionsAsync(harness);

        var failure = await EngineHarness.FailureAsync(sessions[1]);
        Assert.Equal((SessionOutcome.SolverFailed, "SOLVER_FAULT", 0, false), (failure.Outcome, failure.Reason, failure.Step, failure.IsResumable));
        Assert.Contains($"Step 1 of 10 of the solver 'fake' 1.0.0 was not complete after {calls} calls, of which its plan says {chunks} at most", failure.Message, StringComparison.Ordinal);
        Assert.Equal(calls, harness.Solver.Batches.Count(batch => batch.Contains(2)));
        Assert.Equal(alone, (await EngineHarness.ResultAsync(sessions[0])).Picture.Values);
        Assert.Equal(2, harness.Ledger.Ended(SessionOutcome.Completed));
    }

    [Theory]
    [InlineData("latents")]
    [InlineData("type")]
    [InlineData("clean latents")]
    [InlineData("pictures")]
    [InlineData("flags")]
    [InlineData("scratch")]
    [InlineData("scalar scratch")]
    [InlineData("residuals")]
    [InlineData("nothing")]
    [InlineData("no latents")]
    [InlineData("no clean latents")]
    [InlineData("no scratch")]
    [InlineData("scratch of nothing")]
    public async Task Tick_SolverReturnsAnotherShapeForOneRow_FailsAlone(string what)
    {
        using var harness = new EngineHarness();
        harness.Solver.Misshapen[2] = output => what switch
        {
            "latents" => output with { Latents = output.Latents[.., .., ..1] },
            "type" => output with { Latents = output.Latents.to(ScalarType.Float64) },
            "clean latents" => output with { PredictedClean = output.PredictedClean[.., ..1] },
            "pictures" => output with { DecodedClean = output.DecodedClean![.., .., ..1] },
            "flags" => output with { Completed = [] },
            "scratch" => output with { Scratch = new Dictionary<string, Tensor> { ["momentum"] = zeros(7) } },
            "nothing" => null!,
            "no latents" => output with { Latents = null! },
            "no clean latents" => output with { PredictedClean = null! },
            "no scratch" => output with { Scratch = null! },
            "scratch of nothing" => output with { Scratch = new Dictionary<string, Tensor> { ["momentum"] = null! } },
            "scalar scratch" => output with { Scratch = new Dictionary<string, Tensor> { ["momentum"] = zeros([]) } },
            _ => output with { Residual = zeros(7) },
        };
        var (alone, sessions) = await WithCompanionsAsync(harness);

        var failure = await EngineHarness.FailureAsync(sessions[1]);
        Assert.Equal((SessionOutcome.SolverFailed, "SOLVER_FAULT", 0), (failure.Outcome, failure.Reason, failure.Step));
        // What is wrong with it, and not what came of it.
        Assert.StartsWith("The step returned ", Assert.IsType<SolverContractException>(failure.Cause).Message, StringComparison.Ordinal);
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
    public async Task Tick_OneThatDoesNotFitAlone_LeavesTheOthersTheirBatches()
    {
        using var harness = new EngineHarness();
        harness.Solver.Throws = rows => rows.Any(row => row.StepIndex == 2 && FakeSolver.SeedOf(row) == 4)
            ? new FakeNativeException("[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes.")
            : null;
        ReconstructionSession[] sessions = [.. Enumerable.Range(1, 4).Select(seed => harness.Submit(harness.Request((ulong)seed)))];
        harness.RunUntilIdle();
        Assert.Equal(SessionOutcome.OutOfMemory, (await EngineHarness.FailureAsync(sessions[3])).Outcome);
        foreach (var session in sessions[..3])
        {
            await EngineHarness.ResultAsync(session);
        }

        // Else everybody's batches would be of one row from then on.
        Assert.True(harness.Solver.Batches.Count(batch => batch is [1, 2, 3]) >= 5);
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

    [Theory]
    [InlineData(3, "3 pictures")]
    [InlineData(2, "")]
    public async Task Tick_LooksDoNotFitInTheirFixedShape_SaysWhatSetsIt(int shape, string said)
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 10, Threads = 1, SeverityBatch = shape }) { LargestBatch = 2 };
        ReconstructionSession[] sessions = [harness.Submit(harness.Request(1)), harness.Submit(harness.Request(2))];
        harness.RunUntilIdle();
        foreach (var session in sessions)
        {
            if (said.Length == 0)
            {
                await EngineHarness.ResultAsync(session);
                continue;
            }

            // Never in another shape: one alone does not go through either, though two rows would fit.
            var failure = await EngineHarness.FailureAsync(session);
            Assert.Equal((SessionOutcome.OutOfMemory, "DEVICE_OUT_OF_MEMORY"), (failure.Outcome, failure.Reason));
            Assert.Contains(said, failure.Message, StringComparison.Ordinal);
            Assert.Contains("Engine:SeverityBatch", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Tick_OutOfMemoryInExactMode_IsRefusedRatherThanReshaped()
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 10, Threads = 1, ExactBatch = 3 }) { LargestBatch = 2 };
        var exact = harness.Submit(harness.Request(1) with { Mode = ComputeMode.Exact });
        var fast = harness.Submit(harness.Request(2));
        harness.RunUntilIdle();
        Assert.Equal(SessionOutcome.OutOfMemory, (await EngineHarness.FailureAsync(exact)).Outcome);
        Assert.Equal(await AloneAsync(2, startTimestep: 9), (await EngineHarness.ResultAsync(fast)).Picture.Values);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 6)]
    public async Task Tick_PreviewsDoNotFit_CostsNobodyAStep(int decodable, int previews)
    {
        const int steps = 6;
        using var harness = new EngineHarness { LargestDecode = decodable };
        var solver = new LawSolver();
        ReconstructionSession[] watched = [harness.Submit(Watched(harness, solver, 1, steps)), harness.Submit(Watched(harness, solver, 2, steps))];
        var companion = harness.Submit(Watched(harness, solver, 3, steps) with { Progress = new ProgressOptions() });
        for (var step = 1; step <= steps; step++)
        {
            harness.Tick(1);
            Assert.All(harness.Loop.Samples, sample => Assert.Equal(step, sample.StepIndex));
        }

        harness.LargestDecode = int.MaxValue;
        harness.RunUntilIdle();

        foreach (var session in watched.Append(companion))
        {
            var result = await EngineHarness.ResultAsync(session);
            Assert.Equal(await WatchedAloneAsync(session.Request.Seed, steps), result.Picture.Values);
            Assert.Equal(new StepCost(steps, DecoderForward: 1 + (session == companion ? 0 : previews)), result.Cost.Calls);
        }
    }

    [Fact]
    public async Task Tick_PlanningThrowsForOneRequest_FailsAlone()
    {
        using var harness = new EngineHarness();
        var companion = harness.Submit(harness.Request(1));
        harness.Tick(3);
        var bad = harness.Submit(harness.Request(2) with { Solver = new UncuttableSolver(), MaximumNetworkCalls = 3 });
        harness.RunUntilIdle();
        var failure = await EngineHarness.FailureAsync(bad);
        Assert.Equal((SessionOutcome.SolverFailed, "SOLVER_FAULT"), (failure.Outcome, failure.Reason));
        Assert.Equal(await AloneAsync(1, startTimestep: 9), (await EngineHarness.ResultAsync(companion)).Picture.Values);
    }

    private static ReconstructionRequest Watched(EngineHarness harness, LawSolver solver, ulong seed, int steps) => harness.Request(seed) with
    {
        Solver = solver,
        Operator = null,
        Adaptation = new Adaptation { Mode = AdaptationMode.Full },
        Sampling = new SamplingSpec(SamplerKind.Ddim, steps),
        Progress = new ProgressOptions { EverySteps = 1, Preview = PreviewMode.Decoded },
    };

    private static async Task<float[]> WatchedAloneAsync(ulong seed, int steps)
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(Watched(harness, new LawSolver(), seed, steps) with { Progress = new ProgressOptions() });
        harness.RunUntilIdle();
        return (await EngineHarness.ResultAsync(session)).Picture.Values;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Operators_OfTwoVersionsOfAPlugin_AreNeverBoundTogether(bool exact)
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 10, Threads = 1, ExactBatch = 2 });
        var newer = new FakeOperatorFamily { Sign = -1 };
        var before = harness.Submit(Of(harness, 1, harness.Family, exact));
        var after = harness.Submit(Of(harness, 2, newer, exact));
        harness.RunUntilIdle();

        Assert.Equal(await AloneAsync(1, new FakeOperatorFamily(), exact), (await EngineHarness.ResultAsync(before)).Picture.Values);
        Assert.Equal(await AloneAsync(2, new FakeOperatorFamily { Sign = -1 }, exact), (await EngineHarness.ResultAsync(after)).Picture.Values);
        Assert.Equal(harness.Family.Bindings, newer.Bindings);
        if (exact)
        {
            // Rows of an operator are part of the compute shape.
            Assert.All(harness.Solver.Batches, batch => Assert.Single(batch.Distinct()));
        }
        else
        {
            Assert.Equal(9, harness.Solver.Batches.Count(batch => batch.Order().SequenceEqual([1UL, 2UL])));
        }
    }

    [Fact]
    public async Task Operators_OneThrowsWhenItIsBound_ItsReconstructionFailsAlone()
    {
        using var harness = new EngineHarness();
        var broken = new FakeOperatorFamily();
        var fine = harness.Submit(harness.Request(1));
        var bad = harness.Submit(Of(harness, 2, broken, exact: false));
        harness.Tick(6);
        Assert.Contains(harness.Solver.Batches, batch => batch.Length == 2);
        broken.Throws = true;
        var joins = harness.Submit(Of(harness, 3, broken, exact: false));
        harness.RunUntilIdle();

        Assert.Equal("SOLVER_FAULT", (await EngineHarness.FailureAsync(bad)).Reason);
        Assert.Equal("SOLVER_FAULT", (await EngineHarness.FailureAsync(joins)).Reason);
        Assert.Equal(await AloneAsync(1, startTimestep: 9), (await EngineHarness.ResultAsync(fine)).Picture.Values);
    }

    private static ReconstructionRequest Of(EngineHarness harness, ulong seed, FakeOperatorFamily family, bool exact)
    {
        var request = harness.Request(seed);
        return request with { Operator = request.Operator! with { Family = family }, Mode = exact ? ComputeMode.Exact : ComputeMode.Fast };
    }

    private static async Task<float[]> AloneAsync(ulong seed, FakeOperatorFamily family, bool exact)
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 10, Threads = 1, ExactBatch = 2 });
        var session = harness.Submit(Of(harness, seed, family, exact));
        harness.RunUntilIdle();
        return (await EngineHarness.ResultAsync(session)).Picture.Values;
    }
}
