using System.Collections.Concurrent;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Testing.Fakes;
using TorchSharp;

namespace FlashDiffusion.Server.Tests.Retention;

/// <summary>What must become of each reconstruction of a storm, and of the server that it plays at.</summary>
/// <param name="harness">The engine, still without work.</param>
/// <param name="register">What ends are kept in.</param>
/// <param name="limits">How many of them.</param>
/// <param name="isBounded">Whether so little is kept that ends are forgotten before their time.</param>
internal sealed class StormLaws(EngineHarness harness, RetainedRegister register, ResultOptions limits, bool isBounded)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // A unit passes a few milliseconds, and within it nobody can say when an end was seen.
    private static readonly TimeSpan Unsure = TimeSpan.FromMilliseconds(100);
    private static readonly ConcurrentDictionary<(ulong Seed, int Steps), float[]> Alone = new();

    private readonly long _tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    /// <summary>All that was accepted.</summary>
    public List<StormCase> Cases { get; } = [];

    /// <summary>The last that was accepted under a name, unless it was forgotten.</summary>
    public Dictionary<RequestKey, StormCase> Names { get; } = [];

    /// <summary>What was met, so that a test can see that a storm says something.</summary>
    public SortedSet<string> Met { get; } = new(StringComparer.Ordinal);

    /// <summary>What the register must know under a name, and does. Where little is kept, what has ended may be forgotten at any time.</summary>
    public StormCase? Known(RequestKey key)
    {
        var found = register.Find(key);
        if (!Names.TryGetValue(key, out var named))
        {
            Assert.Null(found);
            return null;
        }

        var left = named.HasSettled ? named.Retained!.Expires - harness.Time.GetUtcNow() : null;
        if ((left is { } about && about.Duration() < Unsure) || (isBounded && named.HasSettled))
        {
            Assert.True(found is null || found == named.Retained);
        }
        else
        {
            Assert.Same(left <= TimeSpan.Zero ? null : named.Retained, found);
        }

        if (found is null)
        {
            Met.Add("forgotten");
            Names.Remove(key);
            return null;
        }

        return named;
    }

    /// <summary>Waits until what has ended is known to have ended: nothing else happens until then.</summary>
    public void Settle()
    {
        Balance();
        foreach (var item in Cases.Where(item => !item.HasSettled && item.Session.HasEnded))
        {
            if (item.Retained is { } retained)
            {
                Assert.True(retained.Ended.Wait(Patience), "Its end never reached the register.");
                item.Final = retained.Look().Final;
            }
            else
            {
                item.Final = EventsOf(item.Session.Events)[^1];
            }

            (item.HasSettled, item.EndedAlone) = (true, item.Followers.Count == 0);
            item.Readers.AddRange(item.Followers);
            item.Followers.Clear();
        }

        Assert.InRange(register.Bytes, 0, limits.MaximumBytes);
        Assert.InRange(Names.Count(pair => pair.Value.HasSettled && register.Find(pair.Key) == pair.Value.Retained), 0, limits.MaximumCount);
    }

    private void Balance()
    {
        Assert.Equal(Cases.Count, harness.Ledger.Accepted);
        Assert.Equal(harness.Ledger.Accepted, harness.Ledger.Active + Enum.GetValues<SessionOutcome>().Sum(harness.Ledger.Ended));
    }

    /// <summary>What must hold when everything has ended.</summary>
    /// <param name="detached">How often the server said that one went on alone.</param>
    public void CheckEnd(long detached)
    {
        Assert.All(Cases, item => Assert.True(item.HasSettled));
        foreach (var item in Cases)
        {
            CheckFinal(item, item.Final!);
            Assert.All(item.Readers.OfType<Follower>(), reader => CheckFinal(item, EventsOf(reader.Events)[^1]));

            // What nobody followed at its end, and nobody ended, was detached, however it ended. What does not detach never comes to a result alone.
            var isDetached = item.EndedAlone && !item.IsCancelled;
            Assert.True(item.WentAlone || !item.EndedAlone || (item.IsCancelled && item.Final is FailedEvent), "It went on although nobody can come back for it.");
            Met.Add($"{(isDetached ? "detached" : "followed")} {OutcomeOf(item.Final!)}");
        }

        // The ledger counted each as what its callers were told, detached or not; of what it accepted nothing is left out, which Balance says.
        Assert.All(Enum.GetValues<SessionOutcome>(), outcome => Assert.Equal((outcome, Cases.Count(item => OutcomeOf(item.Final!) == outcome)), (outcome, (int)harness.Ledger.Ended(outcome))));
        Assert.Equal(Cases.Count(item => item.WentAlone), detached);
        Assert.Equal((0, EngineLoad.Idle), (harness.Ledger.Active, harness.Loop.Load));
        Assert.Equal(_tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        harness.Time.Advance(TimeSpan.FromSeconds(limits.MaximumLifetimeSeconds));
        Assert.All(Names.Keys, key => Assert.Null(register.Find(key)));
        Assert.Equal(0, register.Bytes);
    }

    /// <summary>Whether one ended as it must.</summary>
    public static void CheckFinal(StormCase item, SessionEvent final)
    {
        var request = item.Session.Request;
        var expected = item.IsCancelled ? SessionOutcome.Cancelled : request.Seed >= DetachStorm.Throwing ? SessionOutcome.SolverFailed : SessionOutcome.Completed;
        if (final is FailedEvent { Failure: var failure })
        {
            Assert.NotEmpty(failure.Reason);
            Assert.True(failure.Outcome == expected || (request.TimeLimit is not null && failure.Outcome is SessionOutcome.DeadlineExceeded or SessionOutcome.BudgetTooSmall), $"It ended with {failure}, not as {expected}.");
            Assert.Equal(item.OnRequest && failure.Outcome == SessionOutcome.Cancelled, failure.Reason == ErrorReasons.CancelledOnRequest);
            return;
        }

        Assert.Equal(SessionOutcome.Completed, expected);
        var result = Assert.IsType<ResultEvent>(final);
        if (request.TimeLimit is null)
        {
            var alone = ResultAlone(request.Seed, request.Adaptation.StartTimestep!.Value + 1);
            Assert.InRange(result.Picture.Values.Zip(alone, (one, other) => Math.Abs(one - other)).Max(), 0, 1e-4);
        }
    }

    private static SessionOutcome OutcomeOf(SessionEvent final) => (final as FailedEvent)?.Failure.Outcome ?? SessionOutcome.Completed;

    private static float[] ResultAlone(ulong seed, int steps) => Alone.GetOrAdd((seed, steps), key =>
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(key.Seed, startTimestep: key.Steps - 1));
        harness.RunUntilIdle();
        return ((ResultEvent)EventsOf(session.Events)[^1]).Picture.Values;
    });

    private static List<SessionEvent> EventsOf(EventStream events)
    {
        using var timeout = new CancellationTokenSource(Patience);
        return [.. events.ReadAsync(timeout.Token).ToBlockingEnumerable(timeout.Token)];
    }
}
