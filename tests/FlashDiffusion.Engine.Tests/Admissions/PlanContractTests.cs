using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Tests.Hangs;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Admissions;

/// <summary>A plan that breaks the contract is its solver's fault, ends its own request, and is believed by nobody.</summary>
public sealed class PlanContractTests
{
    private static readonly Dictionary<string, Func<SolverPlan, SolverPlan?>> Faults = new()
    {
        ["returned null"] = _ => null,
        ["Violations is a default array"] = plan => plan with { Violations = default },
        ["Steps is a default array"] = plan => plan with { Steps = default },
        ["has no kind"] = plan => Each(plan, step => step with { Kind = null! }),
        ["has the timestep 1000000"] = plan => Each(plan, step => step with { Timestep = 1_000_000 }),
        ["takes -5 calls of Step"] = plan => Each(plan, step => step with { Chunks = -5 }),
        ["calls of Step, and a plan may have"] = plan => Each(plan, step => step with { Chunks = int.MaxValue }),
        ["below 0"] = plan => Each(plan, step => step with { Cost = new StepCost(-1) }),
        ["calls of one network"] = plan => Each(plan, step => step with { Cost = new StepCost(int.MaxValue) }),
    };

    public static TheoryData<string> Said => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(Said))]
    public async Task Admit_PlanBreaksTheContract_BlamesTheSolver(string said)
    {
        await using var scene = new HangScene();
        scene.Open();
        var letGo = new TaskCompletionSource();

        var answer = await scene.AdmitAsync(new MisplanningSolver(Faults[said]), 1, letGo: letGo.SetResult);

        AssertBlamed(answer.Failure!, said);
        Assert.True(letGo.Task.IsCompleted);
        Assert.Equal(0, scene.Engine.ActiveSessions);
        // Nothing is out of service for it.
        Assert.Empty(scene.Hung);
    }

    [Theory]
    [MemberData(nameof(Said))]
    public async Task Start_PlanBreaksTheContract_EndsAloneAndBlamesTheSolver(string said)
    {
        using var harness = new EngineHarness();
        harness.Submit(harness.Request(7));
        harness.RunUntilIdle();
        var promised = harness.Submit(harness.Request(1) with { Deadline = harness.Time.GetUtcNow().AddMinutes(1) });
        harness.Tick(3);
        // As a plan that is in order where a request is checked, and not where it begins.
        var bad = harness.Submit(harness.Request(2) with { Solver = new MisplanningSolver(Faults[said]), Deadline = harness.Time.GetUtcNow().AddMinutes(1) });
        harness.RunUntilIdle();

        AssertBlamed(await EngineHarness.FailureAsync(bad), said);
        await EngineHarness.ResultAsync(promised);
        Assert.Equal(2, harness.Ledger.Ended(SessionOutcome.Completed));
    }

    [Fact]
    public async Task Start_PlansWithCallsBelowZero_LeaveTheTimesOfLaterRequestsAlone()
    {
        using var harness = new EngineHarness();
        for (ulong seed = 1; seed <= 16; seed++)
        {
            // Arrivals of which most planned less than nothing.
            harness.Submit(harness.Request(seed) with { Solver = seed % 4 == 0 ? harness.Solver : new MisplanningSolver(Faults["takes -5 calls of Step"]) });
            harness.Tick(2);
        }

        harness.RunUntilIdle();
        var session = harness.Submit(harness.Request(20, startTimestep: 900));
        var other = harness.Submit(harness.Request(21, startTimestep: 900));
        harness.RunUntilIdle();
        await EngineHarness.ResultAsync(session);
        await EngineHarness.ResultAsync(other);
    }

    [Fact]
    public async Task Start_PlanOfAShortenedTrajectoryBreaksTheContract_EndsAlone()
    {
        using var harness = new EngineHarness();
        var solver = new MisplanningSolver(Faults["takes -5 calls of Step"]) { Spoils = spec => !spec.Trajectory.IsDefaultOrEmpty };
        var bad = harness.Submit(harness.Request(1) with { Solver = solver, MaximumNetworkCalls = 5 });
        var other = harness.Submit(harness.Request(2));
        harness.RunUntilIdle();

        AssertBlamed(await EngineHarness.FailureAsync(bad), "takes -5 calls of Step");
        await EngineHarness.ResultAsync(other);
    }

    [Theory]
    [MemberData(nameof(Said))]
    public async Task Resume_PlanBreaksTheContract_BlamesTheSolver(string said)
    {
        await using var scene = new HangScene();
        scene.Open();
        var solver = new MisplanningSolver(Faults[said]) { Spoils = _ => false };
        var events = await EngineHarness.EventsAsync(scene.Send(solver, 1, request => request with { MaximumNetworkCalls = 5 }));
        var checkpoint = Assert.IsType<AcceptedEvent>(events[0]).Checkpoint!;
        // Only the checkpoint asks for this plan.
        solver.Spoils = spec => !spec.Trajectory.IsDefaultOrEmpty;

        var answer = await scene.AdmitAsync(solver, 1, request => request with { Resume = checkpoint });

        AssertBlamed(answer.Failure!, said);
    }

    private static void AssertBlamed(Failure failure, string said)
    {
        Assert.Equal((SessionOutcome.SolverFailed, "SOLVER_FAULT"), (failure.Outcome, failure.Reason));
        Assert.StartsWith("Plan of the solver 'misplanning' 1.2.3 returned ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    private static SolverPlan Each(SolverPlan plan, Func<PlannedStep, PlannedStep> change) => plan with { Steps = [.. plan.Steps.Select(change)] };
}
