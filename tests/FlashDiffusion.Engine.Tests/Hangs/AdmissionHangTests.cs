using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Leases;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>A plan that hangs or throws where a request is only being checked ends that request, and nothing else.</summary>
public sealed class AdmissionHangTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Plan_Hangs_ItsCallerIsToldAndTheOthersGoOn()
    {
        await using var scene = new HangScene();
        scene.Open();
        scene.Solver.HangsChecking = true;
        var letGo = new TaskCompletionSource();
        var hung = scene.AdmitAsync(scene.Solver, 1, letGo: letGo.SetResult);
        await scene.Solver.EnteredAsync();
        await ResultAsync(scene.AdmitAsync(scene.Other, 2));
        Assert.False(hung.IsCompleted);

        await scene.TidyAsync();
        scene.Wait(2 * HangScene.Limit);

        var failure = (await hung.WaitAsync(Patience, TestContext.Current.CancellationToken)).Failure!;
        Assert.Equal((SessionOutcome.SolverFailed, "SOLVER_FAULT"), (failure.Outcome, failure.Reason));
        Assert.Contains("hanging", failure.Message, StringComparison.Ordinal);
        var told = Assert.Single(scene.Hung);
        Assert.Same(scene.Solver, told.Part);
        Assert.Contains("StepLimitSeconds", told.Reason, StringComparison.Ordinal);
        // It is called no more, neither here nor on a device.
        Assert.Equal("SOLVER_FAULT", (await scene.AdmitAsync(scene.Solver, 3)).Failure!.Reason);
        Assert.Equal("SOLVER_FAULT", (await HangScene.FailedAsync(scene.Send(scene.Solver, 4))).Failure.Reason);
        await ResultAsync(scene.AdmitAsync(scene.Other, 5));
        // What its code may need stays as long as the thread is in it.
        Assert.False(letGo.Task.IsCompleted);
        scene.Solver.Release();
        await letGo.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, scene.Engine.ActiveSessions);
    }

    [Fact]
    public async Task Plan_HangsForMoreRequestsThanThereArePlaces_TheOthersWaitAMoment()
    {
        await using var scene = new HangScene();
        scene.Open();
        scene.Solver.HangsChecking = true;
        var hung = Enumerable.Range(0, Math.Max(8, Environment.ProcessorCount)).Select(seed => scene.AdmitAsync(scene.Solver, (ulong)seed)).ToList();
        foreach (var _ in hung)
        {
            await scene.Solver.EnteredAsync();
        }

        var bystander = scene.AdmitAsync(scene.Other, 100);
        Assert.False(bystander.IsCompleted);
        scene.Wait(HangScene.Limit / 3);
        await ResultAsync(bystander);
        Assert.DoesNotContain(hung, request => request.IsCompleted);

        await scene.TidyAsync();
        scene.Wait(2 * HangScene.Limit);
        Assert.All(await Task.WhenAll(hung), answer => Assert.Equal("SOLVER_FAULT", answer.Failure!.Reason));
        // It is put out of service once.
        Assert.Same(scene.Solver, Assert.Single(scene.Hung).Part);
    }

    [Fact]
    public async Task PlanOfAResumedRequest_Hangs_ItsCallerIsTold()
    {
        // Only the checkpoint asks for this plan, so that no other was refused before.
        await using var scene = new HangScene();
        scene.Open();
        var events = await EngineHarness.EventsAsync(scene.Send(scene.Solver, 1, request => request with { MaximumNetworkCalls = 5 }));
        var checkpoint = Assert.IsType<AcceptedEvent>(events[0]).Checkpoint!;
        Assert.IsType<ResultEvent>(events[^1]);
        await scene.TidyAsync();
        scene.Solver.HangsCheckingCut = true;
        var hung = scene.AdmitAsync(scene.Solver, 1, request => request with { Resume = checkpoint });
        await scene.Solver.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        Assert.Equal("SOLVER_FAULT", (await hung.WaitAsync(Patience, TestContext.Current.CancellationToken)).Failure!.Reason);
        Assert.Same(scene.Solver, Assert.Single(scene.Hung).Part);
        await ResultAsync(scene.AdmitAsync(scene.Other, 2));
    }

    [Fact]
    public async Task Plan_ComesBackAfterTheEnd_HarmsNobody()
    {
        var scene = new HangScene();
        scene.Open();
        scene.Solver.HangsChecking = true;
        var letGo = new TaskCompletionSource();
        var hung = scene.AdmitAsync(scene.Solver, 1, letGo: letGo.SetResult);
        await scene.Solver.EnteredAsync();
        await scene.Engine.DisposeAsync();

        // An exception on its way out would end the process.
        scene.Solver.Release();
        Assert.False((await hung.WaitAsync(Patience, TestContext.Current.CancellationToken)).Value!.IsAccepted);
        await letGo.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await scene.DisposeAsync();
    }

    [Fact]
    public async Task Plan_Throws_ItsCallerIsToldAndNothingIsOutOfService()
    {
        await using var scene = new HangScene();
        scene.Open();
        scene.Solver.ThrowsPlanning = true;
        var letGo = new TaskCompletionSource();

        var failure = (await scene.AdmitAsync(scene.Solver, 1, letGo: letGo.SetResult)).Failure!;

        Assert.Equal((SessionOutcome.SolverFailed, "SOLVER_FAULT"), (failure.Outcome, failure.Reason));
        Assert.Contains("the solver 'hanging' 2.0.0", failure.Message, StringComparison.Ordinal);
        Assert.Equal("Told to throw.", failure.Cause!.Message);
        Assert.True(letGo.Task.IsCompleted);
        Assert.Equal(0, scene.Engine.ActiveSessions);
        scene.Solver.ThrowsPlanning = false;
        await ResultAsync(scene.AdmitAsync(scene.Solver, 2));
        Assert.Empty(scene.Hung);
    }

    [Fact]
    public async Task PlanOfAnOperator_Hangs_EveryKindOfCallerIsTold()
    {
        await using var reconstruction = new HangScene();
        await AssertToldAsync<Admission>(reconstruction, (scene, lease) => scene.AdmitAsync(scene.Other, 1, scene.OfFamily, lease.Dispose));
        await using var look = new HangScene();
        await AssertToldAsync(look, (scene, lease) => scene.Engine.EstimateSeverityAsync(scene.Look(new FakeSeverityEncoder("gain")), TestContext.Current.CancellationToken, lease));
        await using var degradation = new HangScene();
        await AssertToldAsync(degradation, (scene, lease) => scene.Engine.DegradeAsync(scene.Degradation(), TestContext.Current.CancellationToken, lease));
    }

    [Fact]
    public async Task WarmUp_WhosePlanHangsWhenItIsChecked_Ends()
    {
        await using var scene = new HangScene();
        scene.Open();
        scene.Solver.HangsChecking = true;
        var warm = scene.Engine.WarmUpAsync(0, scene.Plain(scene.Solver), 3, true, TestContext.Current.CancellationToken);
        await scene.Solver.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        Assert.Equal("SOLVER_FAULT", (await warm.WaitAsync(Patience, TestContext.Current.CancellationToken)).Failure!.Reason);
        Assert.Equal(0, scene.Engine.ActiveSessions);
    }

    [Fact]
    public async Task Limit_Zero_WaitsForEver()
    {
        await using var scene = new HangScene(limit: 0);
        scene.Open();
        scene.Solver.HangsChecking = true;
        var slow = scene.AdmitAsync(scene.Solver, 1);
        await scene.Solver.EnteredAsync();
        scene.Wait(10 * HangScene.Limit);
        Assert.False(slow.IsCompleted);
        scene.Solver.Release();

        await ResultAsync(slow);
        Assert.Empty(scene.Hung);
    }

    private static async Task AssertToldAsync<T>(HangScene scene, Func<HangScene, Lease, Task<DeviceAnswer<T>>> ask)
        where T : class
    {
        scene.Open();
        scene.Family.Hangs = OperatorCall.CheckingPlan;
        var letGo = new TaskCompletionSource();
        var answer = ask(scene, new Lease(() => letGo.TrySetResult()));
        await scene.Family.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        Assert.Equal("SOLVER_FAULT", (await answer.WaitAsync(Patience, TestContext.Current.CancellationToken)).Failure!.Reason);
        Assert.Same(scene.Family, Assert.Single(scene.Hung).Part);
        await ResultAsync(scene.AdmitAsync(scene.Other, 2));
        Assert.False(letGo.Task.IsCompleted);
        scene.Family.Release();
        await letGo.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    private static async Task ResultAsync(Task<DeviceAnswer<Admission>> admitting)
    {
        var answer = await admitting.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await EngineHarness.ResultAsync(answer.Value!.Session!);
    }
}
