using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using static FlashDiffusion.Engine.Tests.Budgets.WarmHarness;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>A refusal says a deadline that would do: whoever comes with that instead, as things are, is accepted and has its answer in time.</summary>
public sealed class RefusalHintTests
{
    private const AdaptationMode Looked = AdaptationMode.Fixed;
    private const AdaptationMode Unlooked = AdaptationMode.Full;

    /// <summary>Before its look, after it, without one; whole or not at all; behind a promise with time and one without; where steps vary and where all are late.</summary>
    [Theory]
    [InlineData(20, Looked)]
    [InlineData(38, Looked)]
    [InlineData(10, Unlooked)]
    [InlineData(300, Looked, TightDeadline.Refuse)]
    [InlineData(40, Looked, TightDeadline.Shorten, 705)]
    [InlineData(60, Looked, TightDeadline.Shorten, 705)]
    [InlineData(20, Looked, TightDeadline.Shorten, 2000)]
    [InlineData(300, Unlooked, TightDeadline.Refuse, 705)]
    [InlineData(20, Looked, TightDeadline.Shorten, null, 0.5)]
    [InlineData(50, Looked, TightDeadline.Shorten, null, 1.0)]
    [InlineData(10, Unlooked, TightDeadline.Shorten, null, 0.5)]
    [InlineData(300, Looked, TightDeadline.Refuse, null, 0.5)]
    [InlineData(40, Looked, TightDeadline.Shorten, 900, 0.5)]
    public async Task Refused_WhoComesAgainWithWhatItSays_IsAccepted(int limit, object adaptation, object? whenTight = null, int? promise = null, double noise = 0)
    {
        async Task<SessionEvent> EndAsync(TimeSpan limit)
        {
            using var harness = await NoisyAsync(noise);
            if (promise is { } before)
            {
                harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(before) });
                harness.Tick(3);
            }

            var session = harness.Submit(Request(harness, (AdaptationMode)adaptation, limit) with { OnTightDeadline = (TightDeadline)(whenTight ?? TightDeadline.Shorten) });
            harness.RunUntilIdle();
            return (await EngineHarness.EventsAsync(session))[^1];
        }

        var refused = Assert.IsType<FailedEvent>(await EndAsync(TimeSpan.FromMilliseconds(limit))).Failure;
        Assert.Equal("DEADLINE_TOO_TIGHT", refused.Reason);
        var again = await EndAsync(refused.Eta!.Value);
        Assert.True(again is ResultEvent, $"{refused.Eta} would not do: {again}");
    }

    [Theory]
    [InlineData(Looked, null, 0)]
    [InlineData(Unlooked, null, 0)]
    [InlineData(Looked, 705, 0)]
    [InlineData(Looked, 900, 0.5)]
    [InlineData(Unlooked, 900, 0.5)]
    public async Task RefusedByItsTimer_WhoComesAgainWithWhatItSays_IsAccepted(object adaptation, int? promise, double noise)
    {
        async Task<SessionEvent> EndAsync(TimeSpan limit)
        {
            using var harness = await NoisyAsync(noise);
            harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = promise is { } before ? TimeSpan.FromMilliseconds(before) : null });
            harness.Tick(3);
            ReconstructionSession? late = null;
            harness.Calling = _ => late ??= harness.Submit(Request(harness, (AdaptationMode)adaptation, limit));
            harness.RunUntilIdle();
            return (await EngineHarness.EventsAsync(late!))[^1];
        }

        var refused = Assert.IsType<FailedEvent>(await EndAsync(TimeSpan.FromMilliseconds(3))).Failure;
        Assert.Equal("DEADLINE_TOO_TIGHT", refused.Reason);
        var again = await EndAsync(refused.Eta!.Value);
        Assert.True(again is ResultEvent, $"{refused.Eta} would not do: {again}");
    }

    // Of the waiting one the least has to fit, or goes first; what it may take besides, and a deadline that is far away, make nobody wait.
    [Theory]
    [InlineData(500)]
    [InlineData(900)]
    [InlineData(20_000)]
    [InlineData(3_600_000)]
    public async Task Refused_WhileAnotherWaitsForItsLook_SaysWhatWouldDoBesideIt(int waits)
    {
        async Task<(SessionEvent? First, SessionEvent Second)> EndAsync(TimeSpan limit, bool beside = true)
        {
            using var harness = await NoisyAsync(0);
            var first = beside ? harness.Submit(Request(harness, Looked, TimeSpan.FromMilliseconds(waits)) with { Seed = 3 }) : null;
            var second = harness.Submit(Request(harness, Unlooked, limit) with { OnTightDeadline = TightDeadline.Refuse });
            harness.RunUntilIdle();
            return (first is null ? null : (await EngineHarness.EventsAsync(first))[^1], (await EngineHarness.EventsAsync(second))[^1]);
        }

        async Task<double> SaidAsync(bool beside) => Assert.IsType<FailedEvent>((await EndAsync(TimeSpan.FromMilliseconds(300), beside)).Second).Failure.Eta!.Value.TotalSeconds;

        var refused = Assert.IsType<FailedEvent>((await EndAsync(TimeSpan.FromMilliseconds(300))).Second).Failure;
        Assert.Equal("DEADLINE_TOO_TIGHT", refused.Reason);

        // A look, three calls and a decode are 58 ms.
        var alone = await SaidAsync(beside: false);
        Assert.InRange(refused.Eta!.Value.TotalSeconds, alone, alone + (1.1 * 0.058) + 0.002);
        var (other, again) = await EndAsync(refused.Eta.Value);
        Assert.IsType<ResultEvent>(other);
        Assert.True(again is ResultEvent, $"{refused.Eta} would not do: {again}");
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task Deadline_OfWhichChanceLeavesNothing_IsRefusedBeforeTheLook(double noise, bool looks)
    {
        // A look of 24 ms and a decode of 4, with the margin 30.8 ms: what units were late by is more than the rest.
        using var harness = await NoisyAsync(noise);
        var calls = 0;
        harness.Calling = _ => calls++;
        var session = harness.Submit(Request(harness, Looked, TimeSpan.FromMilliseconds(32)));
        harness.RunUntilIdle();
        Assert.Equal("DEADLINE_TOO_TIGHT", (await EngineHarness.FailureAsync(session)).Reason);
        Assert.Equal(looks, calls > 0);
    }

    private static ReconstructionRequest Request(EngineHarness harness, AdaptationMode mode, TimeSpan limit)
    {
        var request = harness.Request(2, Whole - 1);
        return request with { TimeLimit = limit, Adaptation = request.Adaptation with { Mode = mode } };
    }
}
