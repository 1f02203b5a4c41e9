using FlashDiffusion.Engine.Leases;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>Whatever call of a plugin or a network hangs on a device's thread, it takes its own work with it and nothing else.</summary>
public sealed class ForeignCallTests
{
    [Fact]
    public async Task Plan_Hangs_ItsReconstructionEndsAndTheOthersGoOn()
    {
        await using var scene = new HangScene();
        scene.Solver.HangsPlanning = true;
        var letGo = new TaskCompletionSource();
        var hung = scene.Send(scene.Solver, 1, letGo: letGo.SetResult);
        var waiting = scene.Send(scene.Solver, 2);
        var bystander = scene.Send(scene.Other, 3);
        scene.Open();
        await scene.Solver.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        await AssertOutOfServiceAsync(scene, hung, "SOLVER_FAULT", "hanging", scene.Solver);
        Assert.Equal("SOLVER_FAULT", (await HangScene.FailedAsync(waiting)).Failure.Reason);
        await EngineHarness.ResultAsync(bystander);
        await LetsGoOnceReleasedAsync(letGo, scene.Solver.Release);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 4));
    }

    [Fact]
    public async Task Chunk_Hangs_TheReconstructionEndsAtItsLastCheckpoint()
    {
        await using var scene = new HangScene { Solver = new HangingSolver { Chunks = 3 } };
        var calls = 0;
        // The second of three calls of the sixth step.
        scene.Solver.Hangs = batch => batch.Rows[0].StepIndex == 5 && ++calls == 2;
        var hung = scene.Send(scene.Solver, 1);
        scene.Open();
        await scene.Solver.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        var end = await AssertOutOfServiceAsync(scene, hung, "SOLVER_FAULT", "hanging", scene.Solver);
        Assert.Equal((5, 4), (end.Failure.Step, end.Checkpoint!.StepIndex));
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 2));
    }

    [Fact]
    public async Task OperatorThatThrowsWhenLetGo_NobodyLosesAnything()
    {
        await using var scene = new HangScene();
        scene.Family.ThrowsAtItsEnd = true;
        var faulty = scene.Send(scene.Other, 1, scene.OfFamily);
        var bystander = scene.Send(scene.Other, 2);
        scene.Open();
        await EngineHarness.ResultAsync(faulty);
        await EngineHarness.ResultAsync(bystander);
        // Let go of by now, of steps and of the last decode.
        await scene.TidyAsync();
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 3, scene.OfFamily));
        Assert.Empty(scene.Hung);
        Assert.Equal(3, scene.Engine.Ledger.Ended(SessionOutcome.Completed));
    }

    [Theory]
    [InlineData(OperatorCall.Plan)]
    [InlineData(OperatorCall.Bind)]
    [InlineData(OperatorCall.ToImage)]
    [InlineData(OperatorCall.Forward)]
    internal async Task OperatorOfALook_Hangs_ItIsOutOfServiceAndTheOthersGoOn(OperatorCall call)
    {
        await using var scene = new HangScene();
        scene.Family.Hangs = call;
        var letGo = new TaskCompletionSource();
        var hung = scene.Send(scene.Other, 1, scene.OfFamily, letGo.SetResult);
        var bystander = scene.Send(scene.Other, 2);
        scene.Open();
        await scene.Family.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        await AssertOutOfServiceAsync(scene, hung, "SOLVER_FAULT", "gain", scene.Family);
        await EngineHarness.ResultAsync(bystander);
        Assert.Equal("SOLVER_FAULT", (await HangScene.FailedAsync(scene.Send(scene.Other, 3, scene.OfFamily))).Failure.Reason);
        await LetsGoOnceReleasedAsync(letGo, scene.Family.Release);
    }

    [Fact]
    public async Task BindingOfABatch_Hangs_CompanionsEndWithTheirCheckpoints()
    {
        await using var scene = new HangScene();
        var planned = 0;
        // Not that of their looks: the first one of both together.
        (scene.Family.Hangs, scene.Family.When) = (OperatorCall.Bind, () => planned == 2);
        var companions = Enumerable.Range(1, 2).Select(seed => scene.Send(scene.Other, (ulong)seed, request => scene.OfFamily(request) with { Planned = _ => planned++ })).ToArray();
        var bystander = scene.Send(scene.Other, 3);
        scene.Open();
        await scene.Family.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        foreach (var companion in companions)
        {
            var end = await AssertOutOfServiceAsync(scene, companion, "SOLVER_FAULT", "gain", scene.Family);
            Assert.Equal(end.Failure.Step - (end.Failure.Step % 2), end.Checkpoint!.StepIndex);
        }

        await EngineHarness.ResultAsync(bystander);
    }

    [Fact]
    public async Task OperatorInAStep_Hangs_ItIsOutOfServiceAndTheSolverGoesOn()
    {
        await using var scene = new HangScene();
        var planned = false;
        // Not in its look.
        (scene.Family.Hangs, scene.Family.When) = (OperatorCall.Forward, () => planned);
        var letGo = new TaskCompletionSource();
        var hung = scene.Send(scene.Other, 1, request => scene.OfFamily(request) with { Planned = _ => planned = true }, letGo.SetResult);
        var bystander = scene.Send(scene.Other, 2);
        scene.Open();
        await scene.Family.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        await AssertOutOfServiceAsync(scene, hung, "SOLVER_FAULT", "gain", scene.Family);
        await EngineHarness.ResultAsync(bystander);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 3));
        Assert.Equal("SOLVER_FAULT", (await HangScene.FailedAsync(scene.Send(scene.Other, 4, scene.OfFamily))).Failure.Reason);
        await LetsGoOnceReleasedAsync(letGo, scene.Family.Release);
    }

    [Theory]
    [InlineData(OperatorCall.Bind)]
    [InlineData(OperatorCall.Forward)]
    internal async Task OperatorOfAMixedBatch_Hangs_CompanionsOfAnotherGoOnFromWhereTheyStand(OperatorCall call)
    {
        await using var scene = new HangScene();
        var planned = 0;
        // Not in their looks. Once the shortest has left, its operator is bound anew for the other two, the companion's is not.
        (scene.Family.Hangs, scene.Family.When) = (call, () => planned == 3 && scene.Other.Batches.Count > 0 && (call == OperatorCall.Forward || scene.Family.Rows == 2));
        ReconstructionRequest Counted(ReconstructionRequest request) => scene.OfFamily(request) with { Planned = _ => planned++ };
        var letGo = new TaskCompletionSource();
        var hung = scene.Send(scene.Other, 1, Counted, letGo.SetResult);
        var companion = scene.Send(scene.Other, 2);
        scene.Send(scene.Other, 3, Counted);
        scene.Send(scene.Other, 4, request => Counted(request) with { Adaptation = request.Adaptation with { StartTimestep = 9 } });
        scene.Open();
        await scene.Family.EnteredAsync();
        Assert.Contains(scene.Other.Batches, rows => rows.Contains(1UL) && rows.Contains(2UL));
        scene.Wait(2 * HangScene.Limit);

        await AssertOutOfServiceAsync(scene, hung, "SOLVER_FAULT", "gain", scene.Family);
        Assert.Equal(await AloneAsync(2), (await EngineHarness.ResultAsync(companion)).Picture.Values);

        // The step in which it hung was taken again, none before it.
        Assert.Equal(call == OperatorCall.Forward ? 41 : 40, scene.Other.Batches.Count(rows => rows.Contains(2UL)));
        await LetsGoOnceReleasedAsync(letGo, scene.Family.Release);
    }

    [Fact]
    public async Task OperatorOfABatchInParts_Hangs_ACompanionThatTookItsLastStepIsDone()
    {
        await using var scene = new HangScene();
        int OfCompanion() => scene.Other.Batches.Count(rows => rows.Contains(2UL));
        // In the last of its eight steps the other operator throws, so that each goes alone; the companion does, and then that operator hangs.
        scene.Family.Throws = () => OfCompanion() == 8;
        (scene.Family.Hangs, scene.Family.When) = (OperatorCall.Forward, () => OfCompanion() == 9);
        var companion = scene.Send(scene.Other, 2, request => request with { Adaptation = request.Adaptation with { StartTimestep = 7 } });
        var hung = scene.Send(scene.Other, 3, scene.OfFamily);
        scene.Open();
        await scene.Family.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        await AssertOutOfServiceAsync(scene, hung, "SOLVER_FAULT", "gain", scene.Family);
        Assert.Equal(8, (await EngineHarness.ResultAsync(companion)).Cost.Steps);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 4));
    }

    [Fact]
    public async Task OperatorInAStep_EnteredWhenMostOfTheTimeIsOver_TheSolverIsOutOfService()
    {
        await using var scene = new HangScene();
        scene.Solver.Hangs = batch => batch.Rows[0].StepIndex == 5;
        var hung = scene.Send(scene.Solver, 1, scene.OfFamily);
        scene.Open();
        await scene.Solver.EnteredAsync();
        scene.Family.Hangs = OperatorCall.Forward;
        scene.Wait(0.6 * HangScene.Limit);
        scene.Solver.Release();
        await scene.Family.EnteredAsync();
        scene.Wait(0.45 * HangScene.Limit);

        await AssertOutOfServiceAsync(scene, hung, "SOLVER_FAULT", "hanging", scene.Solver);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 2));
    }

    [Fact]
    public async Task LettingGoOfTheOperatorOfALook_Hangs_ItsReconstructionEnds()
    {
        await using var scene = new HangScene();
        scene.Family.Hangs = OperatorCall.Dispose;
        var hung = scene.Send(scene.Other, 1, scene.OfFamily);
        var bystander = scene.Send(scene.Other, 2);
        scene.Open();
        await scene.Family.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        await AssertOutOfServiceAsync(scene, hung, "SOLVER_FAULT", "gain", scene.Family);
        await EngineHarness.ResultAsync(bystander);
    }

    [Fact]
    public async Task LettingGoOfAnOperator_AfterTheResult_Hangs_EverythingElseGoesOn()
    {
        await using var scene = new HangScene();
        var planned = false;
        (scene.Family.Hangs, scene.Family.When) = (OperatorCall.Dispose, () => planned);
        var done = scene.Send(scene.Other, 1, request => scene.OfFamily(request) with { Planned = _ => planned = true });
        scene.Open();
        await scene.Family.EnteredAsync();
        var bystander = scene.Send(scene.Other, 2);
        scene.Wait(2 * HangScene.Limit);

        await EngineHarness.ResultAsync(bystander);
        await EngineHarness.ResultAsync(done);
        Assert.Same(scene.Family, Assert.Single(scene.Hung).Part);
    }

    [Theory]
    [InlineData(nameof(FakeModel.Encode))]
    [InlineData(nameof(FakeModel.Decode))]
    public async Task NetworkOfALook_Hangs_TheModelIsOutOfServiceAndAnotherGoesOn(string network)
    {
        await using var scene = new HangScene();
        scene.HangingNetwork = network;
        var letGo = new TaskCompletionSource();
        var hung = scene.Send(scene.Other, 1, letGo: letGo.SetResult);
        var companion = scene.Send(scene.Other, 2);
        var bystander = scene.Send(scene.Other, 3, scene.OfAnotherModel);
        scene.Open();
        await scene.Networks.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        await AssertOutOfServiceAsync(scene, hung, "DEVICE_FAULT", "fake", scene.Model);
        Assert.Equal("DEVICE_FAULT", (await HangScene.FailedAsync(companion)).Failure.Reason);
        await EngineHarness.ResultAsync(bystander);
        await LetsGoOnceReleasedAsync(letGo, scene.Networks.Release);
    }

    [Fact]
    public async Task LastDecode_Hangs_TheReconstructionEndsWithItsLastCheckpoint()
    {
        await using var scene = new HangScene();
        // A solver that calls no decoder itself, and no noise, so that no look decodes either.
        scene.Solver.Hangs = _ => true;
        scene.Solver.CallsAfterwards = false;
        scene.Solver.Release();
        scene.HangingNetwork = nameof(FakeModel.Decode);
        var letGo = new TaskCompletionSource();
        var hung = scene.Send(scene.Solver, 1, WithoutNoise, letGo.SetResult);
        scene.Open();
        await scene.Networks.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        var end = await AssertOutOfServiceAsync(scene, hung, "DEVICE_FAULT", "fake", scene.Model);
        Assert.Equal((40, 40), (end.Failure.Step, end.Checkpoint!.StepIndex));
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 2, scene.OfAnotherModel));
        scene.Networks.Release();
        await ReturnedAsync(letGo);
    }

    [Fact]
    public async Task Preview_Hangs_ItsBatchEndsWithCheckpoints()
    {
        await using var scene = new HangScene();
        scene.Solver.Hangs = _ => true;
        scene.Solver.CallsAfterwards = false;
        scene.Solver.Release();
        scene.HangingNetwork = nameof(FakeModel.Decode);
        var companions = Enumerable.Range(1, 2).Select(seed => scene.Send(scene.Solver, (ulong)seed, request => WithoutNoise(request) with
        {
            Progress = new ProgressOptions { CheckpointEverySteps = 2, EverySteps = 5, Preview = PreviewMode.Decoded },
        })).ToArray();
        scene.Open();
        await scene.Networks.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        foreach (var companion in companions)
        {
            var end = await HangScene.FailedAsync(companion);
            Assert.Equal("DEVICE_FAULT", end.Failure.Reason);
            Assert.Equal(end.Failure.Step - (end.Failure.Step % 2), end.Checkpoint!.StepIndex);
        }

        await EngineHarness.ResultAsync(scene.Send(scene.Other, 3, scene.OfAnotherModel));
    }

    [Fact]
    public async Task Look_BesideAnyReconstruction_Hangs_ItsCallerIsTold()
    {
        await using var scene = new HangScene();
        scene.Open();
        scene.Family.Hangs = OperatorCall.ToImage;
        var letGo = new TaskCompletionSource();
        var answer = scene.Engine.EstimateSeverityAsync(scene.Look(new FakeSeverityEncoder("gain")), TestContext.Current.CancellationToken, new Lease(letGo.SetResult));
        await scene.Family.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        Assert.Equal("SOLVER_FAULT", (await answer).Failure!.Reason);
        Assert.False(letGo.Task.IsCompleted);
        Assert.Equal("SOLVER_FAULT", (await scene.Engine.EstimateSeverityAsync(scene.Look(new FakeSeverityEncoder("gain")), TestContext.Current.CancellationToken)).Failure!.Reason);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 2));
        scene.Family.Release();
        await ReturnedAsync(letGo);
    }

    [Fact]
    public async Task Degradation_Hangs_ItsCallerIsTold()
    {
        await using var scene = new HangScene();
        scene.Open();
        scene.Family.Hangs = OperatorCall.Forward;
        var letGo = new TaskCompletionSource();
        var answer = scene.Engine.DegradeAsync(scene.Degradation(), TestContext.Current.CancellationToken, new Lease(letGo.SetResult));
        await scene.Family.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        Assert.Equal("SOLVER_FAULT", (await answer).Failure!.Reason);
        Assert.False(letGo.Task.IsCompleted);
        Assert.Equal("SOLVER_FAULT", (await scene.Engine.DegradeAsync(scene.Degradation(), TestContext.Current.CancellationToken)).Failure!.Reason);
        await EngineHarness.ResultAsync(scene.Send(scene.Other, 2));
        scene.Family.Release();
        await ReturnedAsync(letGo);
    }

    [Fact]
    public async Task WarmUp_WhosePlanHangs_EndsAllOfIt()
    {
        await using var scene = new HangScene();
        scene.Solver.HangsPlanning = true;
        scene.Open();
        var sent = scene.Send(scene.Other, 1);
        await EngineHarness.ResultAsync(sent);
        var warm = scene.Engine.WarmUpAsync(0, scene.Plain(scene.Solver), 3, true, TestContext.Current.CancellationToken);
        await scene.Solver.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        Assert.Equal("SOLVER_FAULT", (await warm).Failure!.Reason);
        Assert.Equal(0, scene.Engine.ActiveSessions);
    }

    private static async Task<float[]> AloneAsync(ulong seed)
    {
        await using var scene = new HangScene();
        scene.Open();
        return (await EngineHarness.ResultAsync(scene.Send(scene.Other, seed))).Picture.Values;
    }

    private static ReconstructionRequest WithoutNoise(ReconstructionRequest request) => request with { Operator = request.Operator! with { NoiseStd = 0 } };

    private static async Task<FailedEvent> AssertOutOfServiceAsync(HangScene scene, ReconstructionSession session, string reason, string name, object part)
    {
        var end = await HangScene.FailedAsync(session);
        Assert.Equal(reason, end.Failure.Reason);
        Assert.True(end.Failure.IsResumable);
        Assert.Contains(name, end.Failure.Message, StringComparison.Ordinal);
        Assert.Same(part, Assert.Single(scene.Hung).Part);
        return end;
    }

    private static async Task LetsGoOnceReleasedAsync(TaskCompletionSource letGo, Action release)
    {
        Assert.False(letGo.Task.IsCompleted);
        release();
        await ReturnedAsync(letGo);
    }

    private static Task ReturnedAsync(TaskCompletionSource letGo) => letGo.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
}
