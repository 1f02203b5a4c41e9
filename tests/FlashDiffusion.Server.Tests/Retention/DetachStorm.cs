using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace FlashDiffusion.Server.Tests.Retention;

/// <summary>
/// Plays calls that come, leave, come back, fetch and cancel, some under names that outlive them, at the engine's own loop in virtual time. Any bytes are a
/// program, two an action, so that a failing one can be shrunk. What must become of each is kept beside it. Runs on one thread without a context: it waits for
/// what is handed on behind it.
/// </summary>
internal sealed class DetachStorm : IDisposable
{
    private const ulong Throwing = 8;
    private const ulong Poisoned = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // A unit passes a few milliseconds, and within it nobody can say when an end was seen.
    private static readonly TimeSpan Unsure = TimeSpan.FromMilliseconds(100);
    private static readonly ConcurrentDictionary<(ulong Seed, int Steps), float[]> Alone = new();
    private static readonly MappedReconstruction Mapped = new MapperScene().Map(MapperScene.Fine());

    private readonly EngineHarness _harness = new(new EngineOptions { MaximumSessions = 9, MaximumBatch = 4, Threads = 1 });
    private readonly long _tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
    private readonly ResultOptions _limits;
    private readonly bool _isBounded;
    private readonly RetainedRegister _register;
    private readonly MeterListener _listener = new();
    private readonly List<StormCase> _cases = [];
    private readonly Dictionary<RequestKey, StormCase> _names = [];
    private long _detached;

    /// <param name="isBounded">Whether so little is kept that ends are forgotten before their time.</param>
    public DetachStorm(bool isBounded)
    {
        _isBounded = isBounded;
        _limits = isBounded ? new ResultOptions { MaximumCount = 3, MaximumBytes = 2 * sizeof(float) * new PictureShape(16, 16).Elements } : new ResultOptions();
        _register = new RetainedRegister(Options.Create(_limits), _harness.Time, _harness.Telemetry);
        _harness.Solver.Throwing.Add(Throwing);
        _harness.Solver.Poisoned.Add(Poisoned);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _harness.Telemetry.Meter && instrument.Name == "flashdiffusion.requests.detached")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) => _detached += count);
        _listener.Start();
    }

    /// <summary>What was met, so that a test can see that a storm says something.</summary>
    public SortedSet<string> Met { get; } = new(StringComparer.Ordinal);

    public void Dispose()
    {
        _listener.Dispose();
        _register.Dispose();
        _harness.Dispose();
    }

    /// <summary>Runs a program to the end of everything that it began.</summary>
    public void Run(byte[] program)
    {
        for (var at = 0; at + 1 < program.Length; at += 2)
        {
            Act(program[at], program[at + 1]);
            Settle();
        }

        for (var working = true; working;)
        {
            working = _harness.Loop.Tick();
            Settle();
        }

        CheckEnd();
    }

    private void Act(byte what, byte with)
    {
        switch (what % 8)
        {
            case 0 or 1 or 2:
                Submit(what / 8, with);
                break;
            case 3:
                _harness.Loop.Tick();
                break;
            case 4:
                Leave(with);
                break;
            case 5:
                Cancel(NameOf(with));
                break;
            case 6:
                Fetch(NameOf(with));
                break;
            default:
                _harness.Time.Advance(with < 128 ? TimeSpan.FromMilliseconds(with) : TimeSpan.FromSeconds(with - 128));
                break;
        }
    }

    private static RequestKey NameOf(int number) => new(number % 8 < 4 ? "alice" : "bob", $"name {number % 4}");

    // Of how, the first digit (of two) says whether it detaches, the next (of four) whether it has a time limit, the next (of two) how long it is kept, the last
    // whether it asks for what is there under its name.
    private void Submit(int how, byte with)
    {
        if (_harness.Ledger.IsFullFor(default))
        {
            return;
        }

        ulong[] seeds = [1, 2, Throwing, Poisoned, 3, 4];
        var (seed, steps) = (seeds[with / 9 % seeds.Length], 1 + (with % 5));
        var (detaches, limit, lifetime) = (how % 2 == 0, how / 2 % 4 == 0 ? TimeSpan.FromMilliseconds(1 + (with % 60)) : (TimeSpan?)null, TimeSpan.FromSeconds(20 * (1 + (how / 8 % 2))));
        var request = _harness.Request(seed, startTimestep: steps - 1) with { TimeLimit = limit };
        if (with % 9 == 8)
        {
            var session = _harness.Submit(request);
            var unnamed = new StormCase(session, null, null, Detaches: false);
            unnamed.Followers.Add(new SessionFeed(session));
            _cases.Add(unnamed);
            return;
        }

        var key = NameOf(with % 9);
        var known = Known(key);
        var isSame = how >= 16 && known is { IsJoinable: true };
        var asked = isSame ? known!.Asked! : new RequestFingerprint($"{_cases.Count}", null);
        if (!_register.Take(key, asked, new RetentionRequest(key.Id, detaches, lifetime)).TryGet(out var claim, out var error))
        {
            Assert.True(known is { IsJoinable: true } && !isSame, $"Refused with {error.Reason} although the name was free.");
            Assert.Equal(ErrorReasons.RequestIdTaken, error.Reason);
            Met.Add("taken");
            return;
        }

        Assert.Equal(known is not { IsJoinable: true }, claim.IsNew);
        if (claim.IsNew)
        {
            var session = _harness.Submit(request);
            claim.Retained.Begin(session, Mapped with { Request = request });
            known = _names[key] = new StormCase(session, claim.Retained, asked, detaches);
            _cases.Add(known);
        }
        else
        {
            Assert.True(isSame && claim.Retained == known!.Retained, "Joined something else.");
            Met.Add(known.HasSettled ? "joined after the end" : known.Followers.Count == 0 ? "joined what was alone" : "joined");
        }

        (known!.HasSettled ? known.Readers : known.Followers).Add(claim.Follower);
    }

    // What the register must know under a name. Where little is kept, what has ended may be forgotten at any time.
    private StormCase? Known(RequestKey key)
    {
        var found = _register.Find(key);
        if (!_names.TryGetValue(key, out var named))
        {
            Assert.Null(found);
            return null;
        }

        var left = named.HasSettled ? named.Retained!.Expires - _harness.Time.GetUtcNow() : null;
        if ((left is { } about && about.Duration() < Unsure) || (_isBounded && named.HasSettled))
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
            _names.Remove(key);
            return null;
        }

        return named;
    }

    private void Leave(byte with)
    {
        StormCase[] followed = [.. _cases.Where(item => item.Followers.Count > 0)];
        if (followed.Length == 0)
        {
            return;
        }

        var left = followed[with % followed.Length];
        var follower = left.Followers[^1];
        left.Followers.RemoveAt(left.Followers.Count - 1);
        follower.Leave();
        if (left.Followers.Count > 0 || left.IsCancelled)
        {
            return;
        }

        if (left.Detaches)
        {
            left.WentAlone = true;
        }
        else
        {
            left.IsCancelled = true;
        }
    }

    private void Cancel(RequestKey key)
    {
        if (Known(key) is not { } named)
        {
            return;
        }

        named.Retained!.Cancel();
        if (!named.HasSettled)
        {
            Met.Add(named.Followers.Count == 0 ? "cancelled alone" : "cancelled");
            (named.IsCancelled, named.OnRequest) = (true, true);
        }
    }

    private void Fetch(RequestKey key)
    {
        if (Known(key) is not { HasSettled: true } named)
        {
            return;
        }

        var final = named.Retained!.Look().Final!;
        Assert.Equal(final.GetType(), named.Final!.GetType());
        Met.Add(final is ResultEvent ? named.WentAlone ? "fetched later" : "fetched" : "fetched a failure");
        CheckFinal(named, final);
    }

    // Nothing else happens until what has ended is known to have ended.
    private void Settle()
    {
        Balance();
        foreach (var item in _cases.Where(item => !item.HasSettled && item.Session.HasEnded))
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

        Assert.InRange(_register.Bytes, 0, _limits.MaximumBytes);
        Assert.InRange(_names.Count(pair => pair.Value.HasSettled && _register.Find(pair.Key) == pair.Value.Retained), 0, _limits.MaximumCount);
    }

    private void Balance()
    {
        Assert.Equal(_cases.Count, _harness.Ledger.Accepted);
        Assert.Equal(_harness.Ledger.Accepted, _harness.Ledger.Active + Enum.GetValues<SessionOutcome>().Sum(_harness.Ledger.Ended));
    }

    private void CheckEnd()
    {
        Assert.All(_cases, item => Assert.True(item.HasSettled));
        var (completed, failed, cancelled, detached) = (0, 0, 0, 0);
        foreach (var item in _cases)
        {
            CheckFinal(item, item.Final!);
            Assert.All(item.Readers.OfType<Follower>(), reader => CheckFinal(item, EventsOf(reader.Events)[^1]));

            // What nobody followed at its end, and nobody ended, was detached, however it ended. What does not detach never comes to a result alone.
            var isCancelled = item.Final is FailedEvent { Failure.Outcome: SessionOutcome.Cancelled };
            var isDetached = item.EndedAlone && !item.IsCancelled;
            Assert.True(item.WentAlone || !item.EndedAlone || (item.IsCancelled && item.Final is FailedEvent), "It went on although nobody can come back for it.");
            Met.Add($"{(isDetached ? "detached" : "followed")} {(item.Final as FailedEvent)?.Failure.Outcome ?? SessionOutcome.Completed}");
            detached += isDetached ? 1 : 0;
            cancelled += isCancelled ? 1 : 0;
            completed += !isDetached && item.Final is ResultEvent ? 1 : 0;
            failed += !isDetached && !isCancelled && item.Final is FailedEvent ? 1 : 0;
        }

        Assert.Equal(_harness.Ledger.Accepted, completed + failed + cancelled + detached);
        Assert.Equal(_cases.Count(item => item.WentAlone), _detached);
        Assert.Equal((0, EngineLoad.Idle), (_harness.Ledger.Active, _harness.Loop.Load));
        Assert.Equal(_tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        _harness.Time.Advance(TimeSpan.FromSeconds(_limits.MaximumLifetimeSeconds));
        Assert.All(_names.Keys, key => Assert.Null(_register.Find(key)));
        Assert.Equal(0, _register.Bytes);
    }

    private static void CheckFinal(StormCase item, SessionEvent final)
    {
        var request = item.Session.Request;
        var expected = item.IsCancelled ? SessionOutcome.Cancelled : request.Seed >= Throwing ? SessionOutcome.SolverFailed : SessionOutcome.Completed;
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
