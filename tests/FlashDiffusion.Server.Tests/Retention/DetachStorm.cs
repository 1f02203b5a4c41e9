using System.Diagnostics.Metrics;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Tests.Retention;

/// <summary>
/// Plays calls that come, leave, come back, fetch and cancel, some under names that outlive them, at the engine's own loop in virtual time. Any bytes are a
/// program, two an action, so that a failing one can be shrunk. After each action the <see cref="StormLaws"/> must hold. Runs on one thread without a context: it
/// waits for what is handed on behind it.
/// </summary>
internal sealed class DetachStorm : IDisposable
{
    /// <summary>Of requests, the seeds from this one on end as the solver's failure.</summary>
    public const ulong Throwing = 8;

    private const ulong Poisoned = 9;
    private static readonly MappedReconstruction Mapped = new MapperScene().Map(MapperScene.Fine());

    private readonly EngineHarness _harness = new(new EngineOptions { MaximumSessions = 9, MaximumBatch = 4, Threads = 1 });
    private readonly RetainedRegister _register;
    private readonly MeterListener _listener = new();
    private readonly StormLaws _laws;
    private long _detached;

    /// <param name="isBounded">Whether so little is kept that ends are forgotten before their time.</param>
    public DetachStorm(bool isBounded)
    {
        var limits = isBounded ? new ResultOptions { MaximumCount = 3, MaximumBytes = 2 * sizeof(float) * new PictureShape(16, 16).Elements } : new ResultOptions();
        _register = new RetainedRegister(Options.Create(limits), _harness.Time, _harness.Telemetry);
        _laws = new StormLaws(_harness, _register, limits, isBounded);
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
    public SortedSet<string> Met => _laws.Met;

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
            _laws.Settle();
        }

        for (var working = true; working;)
        {
            working = _harness.Loop.Tick();
            _laws.Settle();
        }

        _laws.CheckEnd(_detached);
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
            _laws.Cases.Add(unnamed);
            return;
        }

        var key = NameOf(with % 9);
        var known = _laws.Known(key);
        var isSame = how >= 16 && known is { IsJoinable: true };
        var asked = isSame ? known!.Asked! : new RequestFingerprint($"{_laws.Cases.Count}", new RequestChoices());
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
            known = _laws.Names[key] = new StormCase(session, claim.Retained, asked, detaches);
            _laws.Cases.Add(known);
        }
        else
        {
            Assert.True(isSame && claim.Retained == known!.Retained, "Joined something else.");
            Met.Add(known.HasSettled ? "joined after the end" : known.Followers.Count == 0 ? "joined what was alone" : "joined");
        }

        (known!.HasSettled ? known.Readers : known.Followers).Add(claim.Follower);
    }

    private void Leave(byte with)
    {
        StormCase[] followed = [.. _laws.Cases.Where(item => item.Followers.Count > 0)];
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
        if (_laws.Known(key) is not { } named)
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
        if (_laws.Known(key) is not { HasSettled: true } named)
        {
            return;
        }

        var final = named.Retained!.Look().Final!;
        Assert.Equal(final.GetType(), named.Final!.GetType());
        Met.Add(final is ResultEvent ? named.WentAlone ? "fetched later" : "fetched" : "fetched a failure");
        StormLaws.CheckFinal(named, final);
    }
}
