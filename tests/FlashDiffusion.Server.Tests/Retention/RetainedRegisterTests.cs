using System.Diagnostics.Metrics;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Testing.Fakes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Server.Tests.Retention;

public sealed class RetainedRegisterTests : IDisposable
{
    private const int ResultBytes = 4 * 3 * 8 * 8;
    private static readonly RequestKey Key = new("alice", "one");
    private readonly FakeTimeProvider _time = new();
    private readonly RetainedRegister _register;
    private readonly TestMeterFactory _meters = new();
    private readonly FlashDiffusionTelemetry _telemetry;
    private readonly MeterListener _listener = new();
    private long _lastId;
    private long _detached;

    public RetainedRegisterTests()
    {
        _telemetry = new FlashDiffusionTelemetry(_meters);
        _register = new RetainedRegister(Options.Create(new ResultOptions { MaximumBytes = 2 * ResultBytes }), _time, _telemetry);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _telemetry.Meter && instrument.Name == "flashdiffusion.requests.detached")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) => _detached += count);
        _listener.Start();
    }

    [Fact]
    public async Task Take_SameRequestWhileRunningAndAfterTheEnd_JoinsIt()
    {
        var first = Take(Key, 1);
        Assert.True(first.IsNew);
        var second = Take(Key, 1);
        Assert.False(second.IsNew);
        Assert.Same(first.Retained, second.Retained);
        var session = Begin(first);
        session.Events.Publish(Accepted());
        session.Events.Finish(Result());
        await first.Retained.Ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        var third = Take(Key, 1);
        Assert.False(third.IsNew);
        foreach (var claim in new[] { first, second, third })
        {
            var events = await EventsAsync(claim.Follower);
            Assert.Equal((2, true), (events.Count, events[^1] is ResultEvent));
        }
    }

    [Fact]
    public async Task Take_MoreThanMayFollowIt_IsRefusedUntilOneHasLeftOrItHasEnded()
    {
        var claims = Enumerable.Range(0, Claim.MostFollowers).Select(_ => Take(Key, 1)).ToList();
        var session = Begin(claims[0]);

        Assert.False(_register.Take(Key, Payload(1), Detaching()).TryGet(out _, out var error));
        Assert.Equal((StatusCode.ResourceExhausted, "followers"), (error.Code, error.Quota));
        Assert.True(error.RetryAfter > TimeSpan.Zero);
        Assert.Equal(Claim.MostFollowers, claims[0].Retained.Followers);
        claims[1].Follower.Leave();
        Assert.False(Take(Key, 1).IsNew);

        session.Events.Finish(Result());
        await claims[0].Retained.Ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.All(Enumerable.Range(0, 2 * Claim.MostFollowers), _ => Assert.False(Take(Key, 1).IsNew));
    }

    [Fact]
    public void Take_OtherRequestUnderTheName_IsAlreadyExists()
    {
        Begin(Take(Key, 1));
        Assert.False(_register.Take(Key, Payload(2), Detaching()).TryGet(out _, out var error));
        Assert.Equal((StatusCode.AlreadyExists, ErrorReasons.RequestIdTaken), (error.Code, error.Reason));
        Assert.True(Take(Key with { Caller = "bob" }, 2).IsNew);
    }

    [Fact]
    public void Take_WithWhatTheServerChose_JoinsIt()
    {
        var claim = Take(Key, 1);
        Begin(claim);
        var chosen = RequestChoices.Of(claim.Retained.Mapped!);
        Assert.Equal(7UL, chosen.Seed);
        Assert.All([chosen.Model, chosen.ModelVersion, chosen.Solver], name => Assert.NotEmpty(name));
        Assert.True(_register.Take(Key, Payload(1) with { Choices = chosen }, Detaching()).TryGet(out var joined, out _));
        Assert.False(joined.IsNew);
        Assert.All(
            [chosen with { Seed = 8 }, chosen with { Model = "another" }, chosen with { ModelVersion = "another" }, chosen with { Solver = "another" }],
            other => Assert.False(_register.Take(Key, Payload(1) with { Choices = other }, Detaching()).TryGet(out _, out _)));
    }

    [Fact]
    public async Task Take_AfterAFailure_BeginsAgain()
    {
        var first = Take(Key, 1);
        Begin(first).Events.Finish(new FailedEvent(new Failure(SessionOutcome.SolverFailed, "SOLVER_FAULT", "It failed.")));
        await first.Retained.Ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Same(first.Retained, _register.Find(Key));
        Assert.True(Take(Key, 1).IsNew);
    }

    [Fact]
    public async Task Take_WhileTheFirstIsRefused_GivesTheSameRefusal()
    {
        var first = Take(Key, 1);
        var second = Take(Key, 1);
        _register.Forget(first.Retained);
        first.Retained.Refuse(EngineErrors.Starting);
        Assert.Equal(EngineErrors.Starting, await second.Retained.Begun);
        Assert.Null(_register.Find(Key));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Leave_TheLastFollower_EndsOnlyWhatDoesNotDetach(bool detaches)
    {
        var retention = new RetentionRequest("one", detaches, TimeSpan.FromMinutes(1));
        Assert.True(_register.Take(Key, Payload(1), retention).TryGet(out var first, out _));
        Assert.True(_register.Take(Key, Payload(1), retention).TryGet(out var second, out _));
        var session = Begin(first);
        first.Follower.Leave();
        Assert.False(session.IsCancelled);
        Assert.IsType<FailedEvent>((await EventsAsync(first.Follower))[^1]);

        second.Follower.Leave();
        Assert.Equal(!detaches, session.IsCancelled);
        Assert.True(_register.Take(Key, Payload(1), retention).TryGet(out var third, out _));
        Assert.Equal(!detaches, third.IsNew);

        // Going on alone is counted once, however often somebody looks in.
        third.Follower.Leave();
        Assert.Equal(detaches ? 1 : 0, _detached);
    }

    [Fact]
    public void Leave_BeforeTheEngineHasIt_EndsItThen()
    {
        var retention = new RetentionRequest("one", Detaches: false, TimeSpan.FromMinutes(1));
        Assert.True(_register.Take(Key, Payload(1), retention).TryGet(out var claim, out _));
        claim.Follower.Leave();
        Assert.True(Begin(claim).IsCancelled);
    }

    [Fact]
    public async Task Ended_LifetimeOver_IsForgotten()
    {
        var claim = await CompletedAsync(Key);
        Assert.Equal(ResultBytes, _register.Bytes);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Same(claim.Retained, _register.Find(Key));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_register.Find(Key));
        Assert.Equal(0, _register.Bytes);
    }

    [Fact]
    public async Task Ended_MoreThanTheMemory_TheOldestAreForgotten()
    {
        foreach (var id in new[] { "one", "two", "three" })
        {
            await CompletedAsync(new RequestKey("alice", id));
        }

        Assert.Equal(2 * ResultBytes, _register.Bytes);
        Assert.Null(_register.Find(Key));
        Assert.NotNull(_register.Find(new RequestKey("alice", "two")));
        Assert.NotNull(_register.Find(new RequestKey("alice", "three")));
    }

    [Fact]
    public async Task Ended_KeepsNeitherMeasurementNorSession()
    {
        var claim = await CompletedAsync(Key);
        Assert.Empty(claim.Retained.Mapped!.Request.Measurement.Values);
    }

    [Fact]
    public async Task Follower_Slow_MissesProgressAndKeepsTheNewestCheckpoint()
    {
        var claim = Take(Key, 1);
        var session = Begin(claim);
        session.Events.Publish(Accepted());
        for (var step = 1; step <= 5; step++)
        {
            session.Events.Publish(new ProgressEvent { Step = step, TotalSteps = 5, Timestep = 5 - step });
            for (var i = 0; i < 500 && session.Events.HasUnread; i++)
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }

        session.Events.Finish(Result());
        await claim.Retained.Ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var progress = Assert.Single((await EventsAsync(claim.Follower)).OfType<ProgressEvent>());
        Assert.Equal((5, 4L), (progress.Step, progress.Skipped));
    }

    public void Dispose()
    {
        _register.Dispose();
        _listener.Dispose();
        _telemetry.Dispose();
        _meters.Dispose();
    }

    private static RequestFingerprint Payload(int number) => new(number.ToString(System.Globalization.CultureInfo.InvariantCulture), new RequestChoices());

    private static RetentionRequest Detaching(string id = "one") => new(id, Detaches: true, TimeSpan.FromMinutes(1));

    private static AcceptedEvent Accepted() => new() { StartTimestep = 4, TotalSteps = 5, FullSteps = 1000, StepsAhead = 0, Seed = 7, Adaptation = AdaptationMode.Auto };

    private static ResultEvent Result() => new()
    {
        Picture = HostTensor.Picture(new float[3 * 8 * 8], new PictureShape(8, 8)),
        Seed = 7,
        Cost = new ReconstructionCost(5, new StepCost(5, 5, 5, 5), 1, TimeSpan.Zero, TimeSpan.FromSeconds(1), 1000),
    };

    private static async Task<List<SessionEvent>> EventsAsync(Follower follower)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var events = new List<SessionEvent>();
        await foreach (var happened in follower.ReadEventsAsync(timeout.Token))
        {
            events.Add(happened);
        }

        return events;
    }

    private async Task<Claim> CompletedAsync(RequestKey key)
    {
        var claim = Take(key, 1);
        Begin(claim).Events.Finish(Result());
        await claim.Retained.Ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return claim;
    }

    private Claim Take(RequestKey key, int payload)
    {
        Assert.True(_register.Take(key, Payload(payload), Detaching(key.Id)).TryGet(out var claim, out var error), error?.Message);
        return claim;
    }

    private ReconstructionSession Begin(Claim claim)
    {
        var mapped = new MapperScene().Map(MapperScene.Fine());
        var session = new ReconstructionSession(++_lastId, mapped.Request, _time, () => { });
        claim.Retained.Begin(session, mapped);
        return session;
    }
}
