using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>Law: within a deadline or a number of calls there is always an answer in time, or a refusal before the first step.</summary>
public sealed class BudgetTests
{
    private const int Whole = 60;

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(1.5)]
    [InlineData(4)]
    public async Task Deadline_ShareOfTheNeed_IsMetAndCuttingIsSaidFirst(double share)
    {
        using var harness = await WarmAsync(new EngineOptions { MaximumSessions = 10, Threads = 1, GuidanceExponent = 0.5 });
        var limit = TimeSpan.FromMilliseconds(share * 10 * Whole);
        var session = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = limit });
        harness.RunUntilIdle();
        var events = await EngineHarness.EventsAsync(session);
        var accepted = Assert.IsType<AcceptedEvent>(events[0]);
        Assert.Equal(accepted.TotalSteps, Assert.IsType<ResultEvent>(events[^1]).Cost.Steps);
        Assert.Equal(share < 1.2, accepted.Cut is not null);
        Assert.Equal(share < 1.2, accepted.Notices.Any(notice => notice.Code == "TRAJECTORY_CUT"));
        if (accepted.Cut is { } cut)
        {
            // As long as fits, not merely something short.
            Assert.Equal((Whole, CutReason.Deadline, Whole - 1, 0), (cut.StepsWithout, cut.Reason, cut.Trajectory[^1], cut.Trajectory[0]));
            Assert.InRange(accepted.TotalSteps, 0.75 * share * Whole - 3, share * Whole);
            Assert.Equal(Math.Sqrt((double)Whole / accepted.TotalSteps), cut.GuidanceFactor, 9);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Deadline_InACrowd_PromisesAreKept(int seed)
    {
        using var harness = await WarmAsync(new EngineOptions { MaximumSessions = 60, MaximumBatch = 4 });
        harness.RowTime = TimeSpan.FromMilliseconds(1);
        var random = new Random(seed);
        var sessions = new List<ReconstructionSession>();
        for (ulong i = 1; i <= 50; i++)
        {
            var request = harness.Request(i, random.Next(5, 80));
            sessions.Add(harness.Submit(random.Next(3) == 0 ? request : request with { TimeLimit = TimeSpan.FromMilliseconds(random.Next(50, 4000)) }));
            harness.Tick(random.Next(30));
        }

        harness.RunUntilIdle();
        var (kept, broken) = (0, 0);
        foreach (var session in sessions.Where(session => session.Request.Deadline is not null))
        {
            var events = await EngineHarness.EventsAsync(session);
            kept += events[^1] is ResultEvent ? 1 : 0;
            broken += events[0] is AcceptedEvent && events[^1] is FailedEvent ? 1 : 0;
        }

        // What arrives later may be looked at first, and forecasts do not foresee it: a few may be missed in an overload, and no more.
        TestContext.Current.SendDiagnosticMessage("kept {0}, broken {1}", kept, broken);
        Assert.True(broken <= 0.1 * (kept + broken), $"{broken} promises of {kept + broken} were broken.");
        Assert.True(kept > 5, $"Only {kept} were promised.");
    }

    [Fact]
    public async Task Deadline_BelowTheFloor_IsRefusedBeforeTheFirstStepWithTheEta()
    {
        using var harness = await WarmAsync();
        harness.Solver.Batches.Clear();
        var session = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(12) });
        harness.RunUntilIdle();
        var failure = await EngineHarness.FailureAsync(session);
        Assert.Equal((SessionOutcome.DeadlineExceeded, "DEADLINE_TOO_TIGHT"), (failure.Outcome, failure.Reason));
        Assert.True(failure.Eta > TimeSpan.Zero);
        Assert.Empty(harness.Solver.Batches);
    }

    [Fact]
    public async Task Refuse_WholeDoesNotFit_IsNeverCut()
    {
        using var harness = await WarmAsync();
        var session = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(300), OnTightDeadline = TightDeadline.Refuse });
        harness.RunUntilIdle();
        var failure = await EngineHarness.FailureAsync(session);
        Assert.Equal("DEADLINE_TOO_TIGHT", failure.Reason);
        Assert.Equal(0.6, failure.Eta!.Value.TotalSeconds, 0.1);
    }

    [Theory]
    [InlineData(TightDeadline.Refuse)]
    [InlineData(TightDeadline.Shorten)]
    public async Task Resumed_RestDoesNotFit_IsRefusedBeforeItsFirstStep(object whenTight)
    {
        using var first = await WarmAsync();
        first.Submit(first.Request(1, Whole - 1));
        first.Tick(12);
        var checkpoint = Checkpoint.Of(Assert.Single(first.Loop.Samples));

        using var harness = await WarmAsync();
        harness.Solver.Batches.Clear();
        var request = harness.Request(1, Whole - 1) with { Resume = checkpoint, OnTightDeadline = (TightDeadline)whenTight };
        var tight = harness.Submit(request with { TimeLimit = TimeSpan.FromMilliseconds(300) });
        harness.RunUntilIdle();
        var failure = await EngineHarness.FailureAsync(tight);
        Assert.Equal("DEADLINE_TOO_TIGHT", failure.Reason);
        Assert.Equal(0.01 * (Whole - checkpoint.StepIndex), failure.Eta!.Value.TotalSeconds, 0.02);
        Assert.Empty(harness.Solver.Batches);

        var wide = harness.Submit(request with { TimeLimit = TimeSpan.FromMilliseconds(700) });
        harness.RunUntilIdle();
        Assert.Equal(Whole, (await EngineHarness.ResultAsync(wide)).Cost.Steps);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(60, 60)]
    [InlineData(1000, 60)]
    public async Task NetworkCalls_AtMost_AreTheStepsTaken(int calls, int steps)
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, Whole - 1) with { MaximumNetworkCalls = calls });
        harness.RunUntilIdle();
        var events = await EngineHarness.EventsAsync(session);
        Assert.Equal(steps < Whole, Assert.IsType<AcceptedEvent>(events[0]).Cut is { Reason: CutReason.NetworkCalls });
        Assert.Equal((steps, steps), (Assert.IsType<ResultEvent>(events[^1]).Cost.Steps, ((ResultEvent)events[^1]).Cost.Calls.UNetForward));
    }

    [Fact]
    public async Task NetworkCalls_WithInversion_CountIt()
    {
        using var harness = new EngineHarness();
        var adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = 20, Start = StartMode.DdimInversion };
        var session = harness.Submit(harness.Request(1) with { Adaptation = adaptation, MaximumNetworkCalls = 9 });
        var tooFew = harness.Submit(harness.Request(2) with { Adaptation = adaptation, MaximumNetworkCalls = 1 });
        harness.RunUntilIdle();
        Assert.Equal(8, (await EngineHarness.ResultAsync(session)).Cost.Calls.UNetForward);
        Assert.Equal("BUDGET_TOO_SMALL", (await EngineHarness.FailureAsync(tooFew)).Reason);
    }

    private static async Task<EngineHarness> WarmAsync(EngineOptions? options = null)
    {
        var harness = new EngineHarness(options) { DecodeTime = TimeSpan.FromMilliseconds(0) };
        var session = harness.Submit(harness.Request(99, 3));
        harness.RunUntilIdle();
        await EngineHarness.ResultAsync(session);
        return harness;
    }
}
