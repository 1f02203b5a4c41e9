using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Tests.Devices;
using FlashDiffusion.Testing.Fakes;
using static FlashDiffusion.Engine.Tests.Budgets.WarmHarness;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>Law: within a deadline or a number of calls there is always an answer in time, or a refusal before the first step.</summary>
public sealed class BudgetTests
{
    private static FakeSolver Guided => new() { Parameters = [ParameterDescriptor.Number("strength", 1, 0, 10, "Strength.") with { PerStep = true }] };

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
        var session = harness.Submit(harness.Request(1, Whole - 1) with { Solver = Guided, TimeLimit = limit });
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
    [InlineData(null, null, 0.0)]
    [InlineData(null, -0.25, -0.25)]
    [InlineData(0.5, -0.25, 0.5)]
    public async Task NetworkCalls_GuidanceExponent_IsTheServersOrThePresetsOrNone(double? option, double? preset, double expected)
    {
        using var harness = await WarmAsync(new EngineOptions { MaximumSessions = 10, Threads = 1, GuidanceExponent = option });
        var session = harness.Submit(harness.Request(1, Whole - 1) with { Solver = Guided, MaximumNetworkCalls = 15, GuidanceExponent = preset });
        harness.RunUntilIdle();
        var accepted = Assert.IsType<AcceptedEvent>((await EngineHarness.EventsAsync(session))[0]);
        Assert.Equal(Math.Pow((double)Whole / accepted.TotalSteps, expected), accepted.Cut!.GuidanceFactor, 9);
    }

    [Fact]
    public async Task NetworkCalls_SolverWithoutStrengths_MultipliesNothingAndSaysSo()
    {
        using var harness = await WarmAsync(new EngineOptions { MaximumSessions = 10, Threads = 1, GuidanceExponent = 0.5 });
        var session = harness.Submit(harness.Request(1, Whole - 1) with { MaximumNetworkCalls = 15 });
        harness.RunUntilIdle();
        Assert.Equal(1, Assert.IsType<AcceptedEvent>((await EngineHarness.EventsAsync(session))[0]).Cut!.GuidanceFactor);
    }

    [Theory]
    [InlineData(5, null, "BUDGET_TOO_SMALL")]
    [InlineData(5, 5000, "BUDGET_TOO_SMALL")]
    [InlineData(null, 300, "DEADLINE_TOO_TIGHT")]
    public async Task Budget_SolverTakesNoShorterPlan_IsRefusedWithWhatTheWholeNeeds(int? calls, int? milliseconds, string reason)
    {
        using var harness = await WarmAsync();
        var session = harness.Submit(harness.Request(1, Whole - 1) with
        {
            Solver = new UncuttableSolver(refuses: true),
            MaximumNetworkCalls = calls,
            TimeLimit = milliseconds is { } limit ? TimeSpan.FromMilliseconds(limit) : null,
        });
        harness.RunUntilIdle();
        var failure = await EngineHarness.FailureAsync(session);
        Assert.Equal((calls is null ? SessionOutcome.DeadlineExceeded : SessionOutcome.BudgetTooSmall, reason), (failure.Outcome, failure.Reason));
        Assert.Contains($"{Whole} {(calls is null ? "steps" : "network calls")}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AdaptationMode.Fixed, null, 0.024, 0)]
    [InlineData(AdaptationMode.Full, null, 0, 0)]
    [InlineData(AdaptationMode.Fixed, 2000, 0.024, 0)]
    [InlineData(AdaptationMode.Fixed, 705, 0.024, ((Whole - 3) * 0.010) + 0.004)]
    public async Task Deadline_ShorterThanTheUnitThatRuns_IsRefusedByItsTimerWithTheEta(object adaptation, int? promise, double own, double wait)
    {
        using var harness = await WarmAsync();
        harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = promise is { } limit ? TimeSpan.FromMilliseconds(limit) : null });
        harness.Tick(3);

        // It comes at the begin of a step, whose 6 ms of the denoiser outlast it: the device has not looked when its timer rings.
        ReconstructionSession? late = null;
        var begun = harness.Time.GetUtcNow();
        harness.Calling = _ => late ??= harness.Submit(harness.Request(2, Whole - 1) with
        {
            Adaptation = harness.Request(2, Whole - 1).Adaptation with { Mode = (AdaptationMode)adaptation },
            TimeLimit = TimeSpan.FromMilliseconds(3),
        });
        harness.Loop.Tick();
        var failure = await EngineHarness.FailureAsync(late!);
        Assert.Equal((SessionOutcome.DeadlineExceeded, "DEADLINE_TOO_TIGHT"), (failure.Outcome, failure.Reason));

        // What is left of the unit, what a promise needs that has no time for a look, its own look, a step that may be of two calls, another, the last decode, and the margin.
        Assert.Equal(10, (harness.Time.GetUtcNow() - begun).TotalMilliseconds);
        Assert.InRange(failure.Eta!.Value.TotalSeconds, 1.1 * (0.004 + wait + own + 0.030 + 0.004), (1.1 * (0.007 + wait + own + 0.030 + 0.004)) + 1e-3);
        harness.RunUntilIdle();
        Assert.DoesNotContain(harness.Solver.Batches, rows => rows.Contains(2UL));
        Assert.Equal((1, 0), (harness.Ledger.Ended(SessionOutcome.DeadlineExceeded), harness.Ledger.Active));
    }

    [Fact]
    public async Task Deadline_OverWhenTheDeviceLooks_IsRefusedWithTheEtaToo()
    {
        // No timer: the device finds it.
        using var harness = await WarmAsync();
        var session = new ReconstructionSession(50, harness.Request(2, Whole - 1) with { Deadline = harness.Time.GetUtcNow() }, harness.Time, () => { })
        {
            TooTight = () => harness.Loop.Least.Refusal(harness.Request(2, Whole - 1)),
        };
        Assert.Null(harness.Ledger.TryEnter(default));
        harness.Loop.Arrive(() => harness.Loop.Starts.Begin(session));
        harness.RunUntilIdle();
        Assert.Equal(1.1 * (0.024 + 0.030 + 0.004), (await EngineHarness.FailureAsync(session)).Eta!.Value.TotalSeconds, 1e-3);
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task Deadline_TheClockIsSetMeanwhile_IsAsFarAwayAsBefore(double seconds)
    {
        using var harness = await WarmAsync();
        var limit = TimeSpan.FromMilliseconds(300);
        var session = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = limit });
        harness.Tick(2);
        harness.Time.SetBy = TimeSpan.FromSeconds(seconds);
        for (ulong seed = 2; seed < 6; seed++)
        {
            harness.Submit(harness.Request(seed, Whole - 1));
        }

        harness.RunUntilIdle();
        var events = await EngineHarness.EventsAsync(session);
        Assert.True(events[^1] is ResultEvent, string.Join(Environment.NewLine, events));
    }

    [Fact]
    public async Task Deadline_OverBeforeAnythingOfTheModelWasMeasured_HasNoEta()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1) with { TimeLimit = TimeSpan.FromMilliseconds(1) });
        harness.Time.Advance(TimeSpan.FromMilliseconds(1));
        var failure = await EngineHarness.FailureAsync(session);
        Assert.Equal("DEADLINE_EXCEEDED", failure.Reason);
        Assert.Null(failure.Eta);
    }

    [Fact]
    public async Task Deadline_BehindABacklogWithoutPromises_IsNotCut()
    {
        using var harness = await WarmAsync(new EngineOptions { MaximumSessions = 20, MaximumBatch = 1, Threads = 1 });
        var crowd = Enumerable.Range(1, 8).Select(seed => harness.Submit(harness.Request((ulong)seed, Whole - 1))).ToArray();
        harness.Tick(20);
        var session = harness.Submit(harness.Request(100, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(1.3 * 10 * Whole) });
        harness.RunUntilIdle();
        Assert.Equal(Whole, (await EngineHarness.ResultAsync(session)).Cost.Steps);
        foreach (var other in crowd)
        {
            Assert.Equal(Whole, (await EngineHarness.ResultAsync(other)).Cost.Steps);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(200)]
    public async Task NetworkCallsWithoutDeadline_BesideATightPromise_AreNeitherCutFurtherNorRefused(int calls)
    {
        using var harness = await WarmAsync(new EngineOptions { MaximumSessions = 10, MaximumBatch = 1, Threads = 1 });
        var promise = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(11.5 * Whole) });
        harness.Tick(2);
        var session = harness.Submit(harness.Request(2, Whole - 1) with { MaximumNetworkCalls = calls });
        harness.RunUntilIdle();
        Assert.Equal(Math.Min(calls, Whole), (await EngineHarness.ResultAsync(session)).Cost.Steps);
        Assert.IsType<ResultEvent>((await EngineHarness.EventsAsync(promise))[^1]);
    }

    [Fact]
    public async Task Refuse_WholeDoesNotFit_IsNeverCut()
    {
        using var harness = await WarmAsync();
        var session = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(300), OnTightDeadline = TightDeadline.Refuse });
        harness.RunUntilIdle();
        var failure = await EngineHarness.FailureAsync(session);
        Assert.Equal("DEADLINE_TOO_TIGHT", failure.Reason);
        Assert.Equal((1.1 * (0.024 + 0.6 + 0.004)) + 0.010, failure.Eta!.Value.TotalSeconds, 1e-3);
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
        Assert.Equal((1.1 * ((0.01 * (Whole - checkpoint.StepIndex)) + 0.004)) + 0.010, failure.Eta!.Value.TotalSeconds, 1e-3);
        Assert.Empty(harness.Solver.Batches);

        var wide = harness.Submit(request with { TimeLimit = TimeSpan.FromMilliseconds(700) });
        harness.RunUntilIdle();
        Assert.Equal(Whole, (await EngineHarness.ResultAsync(wide)).Cost.Steps);
    }

    [Theory]
    [InlineData(false, 0.3)]
    [InlineData(false, 0.9)]
    [InlineData(true, 0.3)]
    [InlineData(true, 0.9)]
    public async Task Deadline_OfADearerOperatorThanRanLately_IsMet(bool beside, double share)
    {
        // A blur's step takes 25 ms, a mask's 10, and their lane remembers masks only.
        using var harness = await WarmAsync();
        harness.DearTime = TimeSpan.FromMilliseconds(15);
        var blur = harness.Request(2, Whole - 1) with { Operator = new OperatorRequest(harness.Dear, FakeOperatorFamily.Spec(), 0.1) };
        harness.Submit(blur);
        harness.RunUntilIdle();
        harness.Submit(harness.Request(1, Whole - 1));
        harness.RunUntilIdle();

        var mask = beside ? harness.Submit(harness.Request(3, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(3000) }) : null;
        var session = harness.Submit(blur with { TimeLimit = TimeSpan.FromMilliseconds(share * 25 * Whole) });
        harness.RunUntilIdle();
        var events = await EngineHarness.EventsAsync(session);
        Assert.InRange(Assert.IsType<AcceptedEvent>(events[0]).TotalSteps, 0.75 * share * Whole - 5, share * Whole);
        Assert.IsType<ResultEvent>(events[^1]);
        Assert.True(mask is null || await EngineHarness.ResultAsync(mask) is not null);
    }

    [Fact]
    public async Task Promise_AnOperatorThatWasNeverMeasuredJoins_ItsFirstUnitIsItsOwn()
    {
        using var harness = await WarmAsync();
        harness.DearTime = TimeSpan.FromMilliseconds(15);
        var promised = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(1000) });
        harness.Tick(3);
        harness.Solver.Batches.Clear();
        var other = harness.Submit(harness.Request(2, Whole - 1) with { Operator = new OperatorRequest(harness.Dear, FakeOperatorFamily.Spec(), 0.1) });
        harness.RunUntilIdle();
        await EngineHarness.ResultAsync(promised);
        await EngineHarness.ResultAsync(other);
        Assert.Equal([2UL], harness.Solver.Batches.First(rows => rows.Contains(2UL)));
        Assert.Contains(harness.Solver.Batches, rows => rows.Length == 2);
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

    [Theory]
    [InlineData(TightDeadline.Refuse, 6)]
    [InlineData(TightDeadline.Shorten, 6)]
    [InlineData(TightDeadline.Refuse, null)]
    [InlineData(TightDeadline.Shorten, null)]
    public async Task NetworkCalls_Resumed_AreThoseThatAreLeft(object whenTight, int? atFirst)
    {
        using var first = new EngineHarness();
        first.Submit(first.Request(1) with { MaximumNetworkCalls = atFirst });
        first.Tick(5);
        var sample = Assert.Single(first.Loop.Samples);
        var (checkpoint, left) = (Checkpoint.Of(sample), sample.RemainingSteps);
        Assert.InRange(left, 1, sample.Steps.Length - 1);

        using var harness = new EngineHarness();
        var request = harness.Request(1) with { Resume = checkpoint, OnTightDeadline = (TightDeadline)whenTight };
        var fewer = harness.Submit(request with { MaximumNetworkCalls = left - 1 });
        harness.RunUntilIdle();
        var failure = await EngineHarness.FailureAsync(fewer);
        Assert.Equal((SessionOutcome.BudgetTooSmall, "BUDGET_TOO_SMALL"), (failure.Outcome, failure.Reason));
        Assert.Contains($"needs {left} network calls and may take {left - 1}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("begin again without it", failure.Message, StringComparison.Ordinal);
        Assert.Empty(harness.Solver.Batches);

        // As few as are left; and who says again what was said at first, as clients do, goes on.
        var enough = harness.Submit(request with { MaximumNetworkCalls = left });
        var same = harness.Submit(request with { MaximumNetworkCalls = atFirst });
        harness.RunUntilIdle();
        foreach (var session in new[] { enough, same })
        {
            Assert.Equal(sample.Steps.Length, (await EngineHarness.ResultAsync(session)).Cost.Steps);
        }
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
}
