using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>Law: short work breaks no promise, and waits for none that was made after it had waited for a second.</summary>
public sealed class ShortWorkTests
{
    private const int Whole = 60;

    [Theory]
    [InlineData(0.5)]
    [InlineData(4)]
    public async Task ShortWork_BesideAPromise_RunsWhereThereIsTime(double share)
    {
        using var harness = await WarmAsync();
        var promised = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(share * 10 * Whole) });
        harness.Tick(3);
        var work = Enumerable.Range(0, 10).Select(_ => Enqueue(harness)).ToArray();
        harness.Tick(12);

        // A promise that was shortened to fit has no time for any of them; one with four times its need has for all.
        Assert.All(work, answer => Assert.Equal(share > 1, answer.IsCompleted));
        harness.RunUntilIdle();
        Assert.IsType<ResultEvent>((await EngineHarness.EventsAsync(promised))[^1]);
        Assert.All(work, answer => Assert.True(answer.IsCompleted));
    }

    [Fact]
    public async Task ShortWork_PromisesWithoutEnd_RunsBehindThoseOfItsFirstSecond()
    {
        using var harness = await WarmAsync();
        var known = Enqueue(harness, "large", milliseconds: 400);
        harness.RunUntilIdle();
        await known;
        ReconstructionSession Promise(ulong seed) => harness.Submit(harness.Request(seed, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(1500) });
        List<ReconstructionSession> promised = [.. Enumerable.Range(0, 6).Select(seed => Promise((ulong)seed))];
        harness.Tick(8);
        var work = Enqueue(harness, "large", milliseconds: 400);
        while (!work.IsCompleted && promised.Count < 40)
        {
            harness.Tick(1);
            if (promised.Count(session => !session.HasEnded) < 6)
            {
                promised.Add(Promise((ulong)promised.Count));
            }
        }

        Assert.True(work.IsCompleted);
        Assert.InRange(promised.Count, 6, 30);
        harness.RunUntilIdle();
        foreach (var session in promised)
        {
            var events = await EngineHarness.EventsAsync(session);
            Assert.True(events[^1] is ResultEvent || events[0] is not AcceptedEvent, $"Accepted, and ended with {events[^1]}");
        }
    }

    [Fact]
    public async Task ShortWork_NobodyWaitsForIt_CostsNothing()
    {
        using var harness = await WarmAsync();
        using var gone = new CancellationTokenSource();
        harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(300) });
        harness.Tick(3);
        var work = Enqueue(harness, gone: gone);
        harness.Tick(2);
        Assert.False(work.IsCompleted);
        await gone.CancelAsync();
        harness.Tick(1);
        Assert.True(work.IsCanceled);
    }

    [Fact]
    public async Task OwnWork_BesideAPromise_RunsAtOnce()
    {
        using var harness = await WarmAsync();
        harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(300) });
        harness.Tick(3);
        var behind = Enqueue(harness);
        var own = Enqueue(harness, kind: null);
        harness.Tick(1);
        Assert.True(own.IsCompleted);
        Assert.False(behind.IsCompleted);
    }

    [Fact]
    public async Task Abort_WorkThatWaits_IsAnswered()
    {
        using var harness = await WarmAsync();
        harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(300) });
        harness.Tick(3);
        var waiting = Enqueue(harness);
        harness.Tick(1);
        harness.Loop.Abort(DeviceWorker.ShuttingDown);
        Assert.Equal("SHUTTING_DOWN", (await waiting).Failure!.Reason);
    }

    private static Task<DeviceAnswer<string>> Enqueue(EngineHarness harness, string? kind = "degrade", CancellationTokenSource? gone = null, int milliseconds = 40)
    {
        var (item, answer) = WorkItem.Of(
            () =>
            {
                harness.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                return "done";
            },
            null,
            null,
            gone?.Token ?? CancellationToken.None,
            kind);
        harness.Loop.Enqueue(item);
        return answer;
    }

    private static async Task<EngineHarness> WarmAsync()
    {
        var harness = new EngineHarness(new EngineOptions { MaximumSessions = 20, MaximumBatch = 2, Threads = 1 })
        {
            StepTime = TimeSpan.FromMilliseconds(6),
            DecodeTime = TimeSpan.FromMilliseconds(4),
            EncodeTime = TimeSpan.FromMilliseconds(20),
        };
        var session = harness.Submit(harness.Request(99, 3));
        var work = Enqueue(harness);
        harness.RunUntilIdle();
        await work;
        await EngineHarness.ResultAsync(session);
        return harness;
    }
}
