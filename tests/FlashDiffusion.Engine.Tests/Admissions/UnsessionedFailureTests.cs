using System.Diagnostics;
using FlashDiffusion.Engine.Tests.Hangs;
using FlashDiffusion.Engine.Tests.Telemetry;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Admissions;

/// <summary>What fails before it is a session, or without ever being one: in no metric of requests that ended, so that it must be counted, and logged, by itself.</summary>
public sealed class UnsessionedFailureTests
{
    private readonly TracedLog _log = new();

    [Fact]
    public async Task Plan_Throws_IsLoggedOnceInItsTraceAndCounted()
    {
        await using var scene = new HangScene(logger: _log);
        using var call = new Activity("call").Start();
        using var counts = new RejectionCounts(scene.Telemetry);
        scene.Open();
        scene.Solver.ThrowsPlanning = true;

        Assert.Equal("SOLVER_FAULT", (await scene.AdmitAsync(scene.Solver, 1)).Failure!.Reason);

        Assert.Contains("the solver 'hanging' 2.0.0", Assert.Single(_log.ErrorsOf(call.TraceId)), StringComparison.Ordinal);
        Assert.Equal(["PlanFailed"], counts.Reasons);
    }

    [Fact]
    public async Task Plan_Hangs_IsLoggedOnceInItsTraceAndCounted()
    {
        await using var scene = new HangScene(logger: _log);
        using var call = new Activity("call").Start();
        using var counts = new RejectionCounts(scene.Telemetry);
        scene.Open();
        scene.Solver.HangsChecking = true;
        var hung = scene.AdmitAsync(scene.Solver, 1);
        // As on a timer's thread, where nothing of the caller is left.
        Activity.Current = null;
        await scene.Solver.EnteredAsync();
        scene.Wait(2 * HangScene.Limit);

        Assert.Equal("SOLVER_FAULT", (await hung).Failure!.Reason);

        // That it was given up is the server's, whoever asked.
        Assert.Contains("hung", Assert.Single(_log.ErrorsOf(call.TraceId)), StringComparison.Ordinal);
        Assert.Equal(["PlanFailed"], counts.Reasons);
    }

    [Fact]
    public async Task Plan_Null_SaysWhoseItIsAndWhatToReturn()
    {
        await using var scene = new HangScene(logger: _log);
        scene.Open();
        scene.Solver.Spoilt = _ => null!;

        var failure = (await scene.AdmitAsync(scene.Solver, 1)).Failure!;

        Assert.Equal("SOLVER_FAULT", failure.Reason);
        Assert.Contains("Plan of the solver 'hanging' 2.0.0 returned null; it returns a SolverPlan", failure.Cause!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_WithoutItsSteps_SaysWhichAreMissing()
    {
        await using var scene = new HangScene(logger: _log);
        scene.Open();
        scene.Solver.Spoilt = plan => plan with { Steps = default };

        var failure = (await scene.AdmitAsync(scene.Solver, 1)).Failure!;

        Assert.Equal("SOLVER_FAULT", failure.Reason);
        Assert.Contains("Steps is a default array", failure.Cause!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Degradation_Throws_IsLoggedOnceInItsTraceAndCounted()
    {
        await using var scene = new HangScene(logger: _log);
        using var call = new Activity("call").Start();
        using var counts = new RejectionCounts(scene.Telemetry);
        scene.Open();
        var request = scene.Degradation();
        request = request with { Operator = request.Operator with { Family = new FakeOperatorFamily { Throws = true } } };

        Assert.Equal("SOLVER_FAULT", (await scene.Engine.DegradeAsync(request, TestContext.Current.CancellationToken)).Failure!.Reason);

        Assert.Contains("Told to throw.", Assert.Single(_log.ErrorsOf(call.TraceId)), StringComparison.Ordinal);
        Assert.Equal(["WorkFailed"], counts.Reasons);
    }
}
