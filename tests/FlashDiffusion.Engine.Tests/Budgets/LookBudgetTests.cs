using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using static FlashDiffusion.Engine.Tests.Budgets.WarmHarness;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>Law: a deadline counts the looks, its own and those before it, and nobody's look costs another what it was promised.</summary>
public sealed class LookBudgetTests
{
    [Theory]
    [InlineData(20, false)]
    [InlineData(29, false)]
    [InlineData(38, true)]
    [InlineData(45, true)]
    public async Task Deadline_BelowTheLookOrTheDecode_IsRefusedBeforeEither(int milliseconds, bool looks)
    {
        // A look takes 24 ms with its residual, the last decode 4 ms, the margin a tenth more; a step takes 10 ms, and another is kept free.
        using var harness = await WarmAsync();
        harness.Solver.Batches.Clear();
        var calls = 0;
        harness.Calling = _ => calls++;
        var session = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(milliseconds) });
        harness.RunUntilIdle();
        var failure = await EngineHarness.FailureAsync(session);
        Assert.Equal((SessionOutcome.DeadlineExceeded, "DEADLINE_TOO_TIGHT"), (failure.Outcome, failure.Reason));

        // Of a step nobody knows before the look whether it is one of two calls; in whole milliseconds.
        Assert.Equal(looks ? (1.1 * (0.024 + 0.010 + 0.004)) + 0.010 : 1.1 * (0.024 + 0.030 + 0.004), failure.Eta!.Value.TotalSeconds, 1e-3);
        Assert.Equal(looks, calls > 0);
        Assert.Empty(harness.Solver.Batches);
    }

    [Fact]
    public async Task Deadline_JustAboveTheFloor_IsAcceptedAndMet()
    {
        using var harness = await WarmAsync();
        var session = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(52) });
        harness.RunUntilIdle();
        Assert.Equal(1, (await EngineHarness.ResultAsync(session)).Cost.Steps);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5000)]
    public async Task Deadline_BehindLooksThatHaveTime_IsMet(int? others)
    {
        using var harness = await WarmAsync();
        harness.Submit(harness.Request(9, Whole - 1) with { Priority = Priority.High });
        harness.Tick(5);
        for (ulong seed = 1; seed <= 4; seed++)
        {
            harness.Submit(harness.Request(seed, Whole - 1) with { Priority = Priority.High, TimeLimit = others is { } limit ? TimeSpan.FromMilliseconds(limit) : null });
        }

        // As if it were alone, but for the unit that runs meanwhile.
        var session = harness.Submit(harness.Request(5, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(62), Priority = Priority.Low });
        harness.RunUntilIdle();
        await EngineHarness.ResultAsync(session);
    }

    [Theory]
    [InlineData(56, true)]
    [InlineData(57, true)]
    [InlineData(200, false)]
    public async Task Deadline_BehindLooksOfEarlierOnes_CountsThem(int others, bool refused)
    {
        using var harness = await WarmAsync();
        for (ulong seed = 1; seed <= 2; seed++)
        {
            harness.Submit(harness.Request(seed, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(others) });
        }

        // A look at two comes before its own.
        var session = harness.Submit(harness.Request(5, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(57) });
        harness.RunUntilIdle();
        if (refused)
        {
            var failure = await EngineHarness.FailureAsync(session);
            Assert.Equal("DEADLINE_TOO_TIGHT", failure.Reason);
            Assert.Equal(1.1 * ((2 * 0.024) + 0.030 + 0.004), failure.Eta!.Value.TotalSeconds, 1e-3);
        }
        else
        {
            Assert.Equal(1, (await EngineHarness.ResultAsync(session)).Cost.Steps);
        }
    }

    [Theory]
    [InlineData(70, false)]
    [InlineData(110, true)]
    [InlineData(150, true)]
    public async Task Deadline_OfOneThatComesLater_CostsNobodyTheLeast(int limit, bool both)
    {
        // Who waits for its look has no time for another's before it; or for a look, but not for all steps that the later one would like to take.
        using var harness = await WarmAsync(new EngineOptions { MaximumSessions = 10, Threads = 1, SeverityBatch = 1 });
        var first = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(limit) });
        var later = harness.Submit(harness.Request(2, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(limit - 1) });
        harness.RunUntilIdle();
        await EngineHarness.ResultAsync(first);
        Assert.Equal(both, (await EngineHarness.EventsAsync(later))[^1] is ResultEvent);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    public async Task Deadline_OfOneThatComesLater_CostsNobodyTheLeastWhereUnitsVary(double noise)
    {
        async Task<bool> IsMetAsync(int limit, bool followed)
        {
            using var harness = await NoisyAsync(noise, severityBatch: 1);
            var first = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(limit) });
            var later = followed ? harness.Submit(harness.Request(2, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(limit - 1) }) : null;
            harness.RunUntilIdle();
            return (await EngineHarness.EventsAsync(first))[^1] is ResultEvent;
        }

        // The least that is kept for who waits, a step of two calls and another, has to fit by the margin; the promise after the look needs less, and chance.
        for (var limit = 72; limit <= 120; limit += 4)
        {
            Assert.True(await IsMetAsync(limit, followed: true) || !await IsMetAsync(limit, followed: false), $"{limit} ms would do alone");
        }
    }
}
