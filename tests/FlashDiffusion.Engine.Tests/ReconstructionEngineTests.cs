using System.Collections.Concurrent;
using System.Globalization;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace FlashDiffusion.Engine.Tests;

/// <summary>The engine with its thread, in real time.</summary>
public sealed class ReconstructionEngineTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly EngineHarness _fakes = new();
    private readonly ReconstructionEngine _engine;
    private readonly ManualResetEventSlim _gate = new(true);
    private readonly FakeModel _model;
    private int _ungated;

    public ReconstructionEngineTests()
    {
        _model = new FakeModel { Called = (_, _) =>
        {
            if (Interlocked.Decrement(ref _ungated) < 0)
            {
                _gate.Wait(Patience);
            }
        } };
        _engine = new ReconstructionEngine(
            new EngineOptions { MaximumSessions = 3, MaximumWorkItems = 2, Threads = 1 },
            TimeProvider.System,
            _fakes.Telemetry,
            NullLogger<ReconstructionEngine>.Instance);
        _engine.Start();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _gate.Set();
        await _engine.DisposeAsync();
        _gate.Dispose();
        _fakes.Dispose();
    }

    [Fact]
    public async Task Submit_GoodRequest_StreamsToItsResult()
    {
        var admission = _engine.Submit(Request(1));
        Assert.True(admission.IsAccepted);
        var events = await EngineHarness.EventsAsync(admission.Session);
        Assert.IsType<AcceptedEvent>(events[0]);
        Assert.IsType<ResultEvent>(events[^1]);
        Assert.Equal(0, _engine.ActiveSessions);
    }

    [Fact]
    public void Submit_BadRequest_IsRefusedWithEveryViolation()
    {
        var rejection = _engine.Submit(Request(1) with { Operator = null, Sampling = new SamplingSpec(SamplerKind.Ddim) }).Rejection!;
        Assert.Equal(RejectionReason.Invalid, rejection.Reason);
        Assert.Equal(2, rejection.Violations.Length);
        Assert.Equal(0, _engine.ActiveSessions);
    }

    [Fact]
    public async Task Submit_Full_IsRefusedAtOnceWithTheTimeToWait()
    {
        await EngineHarness.ResultAsync(_engine.Submit(Request(1)).Session!);

        // A few steps, so that the device says what there is to do; then it stands still.
        _gate.Reset();
        Volatile.Write(ref _ungated, 5);
        var sessions = Enumerable.Range(0, 3).Select(i => _engine.Submit(Request((ulong)i)).Session!).ToArray();
        Assert.True(SpinWait.SpinUntil(() => _engine.Load.Steps > 0, Patience));
        var rejection = _engine.Submit(Request(9)).Rejection!;
        Assert.Equal(RejectionReason.QueueFull, rejection.Reason);
        Assert.True(rejection.RetryAfter > TimeSpan.Zero);
        Assert.True(rejection.Eta >= rejection.RetryAfter);

        _gate.Set();
        foreach (var session in sessions)
        {
            await EngineHarness.ResultAsync(session);
        }

        Assert.True(_engine.Submit(Request(10)).IsAccepted);
    }

    [Fact]
    public async Task QueueTimeout_BehindWork_SaysWhenToComeAgainAsAFullQueueDoes()
    {
        await EngineHarness.ResultAsync(_engine.Submit(Request(1)).Session!);
        _gate.Reset();
        Volatile.Write(ref _ungated, 5);
        var ahead = _engine.Submit(Request(2)).Session!;
        Assert.True(SpinWait.SpinUntil(() => _engine.Load.Steps > 0, Patience));

        var failure = await EngineHarness.FailureAsync(_engine.Submit(Request(3) with { QueueTimeout = TimeSpan.FromMilliseconds(20) }).Session!);

        Assert.Equal("QUEUE_TIMEOUT", failure.Reason);
        Assert.True(failure.RetryAfter > TimeSpan.Zero);
        Assert.True(failure.Eta >= failure.RetryAfter);
        _gate.Set();
        await EngineHarness.ResultAsync(ahead);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_FullInABurst_SaysHowLongAllOfItTakes(bool knowsWork)
    {
        if (knowsWork)
        {
            await EngineHarness.ResultAsync(_engine.Submit(Request(1)).Session!);
        }

        // Nobody has been looked at, and the device has not said that there is anything to do.
        Assert.True(SpinWait.SpinUntil(() => _engine.Load == EngineLoad.Idle, Patience));
        _gate.Reset();
        Volatile.Write(ref _ungated, 0);
        var sessions = Enumerable.Range(0, 3).Select(i => _engine.Submit(Request((ulong)i)).Session!).ToArray();
        var rejection = _engine.Submit(Request(9)).Rejection!;

        // What the first one took is known a moment after its result; and what a refusal says is read one after the other, while the device goes on up to the gate.
        double Share() => (rejection = _engine.Submit(Request(9)).Rejection!) is { Eta: { Ticks: > 0 } all, RetryAfter: { } next } ? next / all : 0;
        Assert.True(SpinWait.SpinUntil(() => Share() is > 0.3 and < 0.4 || !knowsWork, Patience), $"{rejection}");
        Assert.Equal(EngineLoad.Idle, _engine.Load);
        if (!knowsWork)
        {
            Assert.Equal((null, null), (rejection.Eta, rejection.RetryAfter));
        }

        _gate.Set();
        foreach (var session in sessions)
        {
            await EngineHarness.ResultAsync(session);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Submit_FullOfOneCaller_KeepsTheNextPlaceForAnother(bool fairShare)
    {
        await using var engine = new ReconstructionEngine(
            // A clock that stands: the place is kept for some seconds.
            new EngineOptions { MaximumSessions = 3, Threads = 1, FairShare = fairShare }, _fakes.Time, _fakes.Telemetry, NullLogger<ReconstructionEngine>.Instance);
        engine.Start();
        // A few calls of a network, and no more until the end.
        using var calls = new SemaphoreSlim(0);
        var model = Request(1).Model with { Model = new FakeModel { Called = (_, _) => calls.Wait(Patience) } };
        var (flood, calm) = (new CallerKey("flood"), new CallerKey("calm"));
        var sessions = Enumerable.Range(1, 3).Select(i => engine.Submit(Request((ulong)i, startTimestep: 999) with { Caller = flood, Model = model }).Session!).ToArray();
        Assert.Equal(RejectionReason.QueueFull, engine.Submit(Request(4) with { Caller = calm }).Rejection!.Reason);
        sessions[0].Cancel();
        calls.Release(20);
        await EngineHarness.FailureAsync(sessions[0]);

        // Those that are under way stay; the place that became free is the other's, unless callers are not told apart.
        Assert.Equal(2, engine.ActiveSessions);
        Assert.Equal(fairShare, engine.Crowded(flood) is not null);
        Assert.Equal(!fairShare, engine.Submit(Request(5) with { Caller = flood }).IsAccepted);
        Assert.Equal(fairShare, engine.Submit(Request(6) with { Caller = calm }).IsAccepted);
        Array.ForEach(sessions, session => session.Cancel());
        calls.Release(10_000);
        await engine.DrainAsync(Cancellation).WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task Submit_EngineNotStarted_IsRefused()
    {
        await using var engine = new ReconstructionEngine(new EngineOptions(), TimeProvider.System, _fakes.Telemetry, NullLogger<ReconstructionEngine>.Instance);
        Assert.Equal(RejectionReason.Draining, engine.Submit(Request(1)).Rejection!.Reason);
    }

    [Fact]
    public async Task Cancel_FromAnotherThread_EndsTheSession()
    {
        _gate.Reset();
        var session = _engine.Submit(Request(1, startTimestep: 900)).Session!;
        session.Cancel();
        _gate.Set();
        Assert.Equal(SessionOutcome.Cancelled, (await EngineHarness.FailureAsync(session)).Outcome);
    }

    [Fact]
    public async Task DrainAsync_WhileRunning_RefusesNewAndFinishesOld()
    {
        var session = _engine.Submit(Request(1, startTimestep: 100)).Session!;
        await _engine.DrainAsync(Cancellation).WaitAsync(Patience, Cancellation);
        Assert.Equal(RejectionReason.Draining, _engine.Submit(Request(2)).Rejection!.Reason);
        await EngineHarness.ResultAsync(session);
    }

    [Fact]
    public async Task DisposeAsync_WhileRunning_EndsEverySession()
    {
        var session = _engine.Submit(Request(1, startTimestep: 999)).Session!;
        await _engine.DisposeAsync();
        var last = (await EngineHarness.EventsAsync(session))[^1];
        Assert.True(last is ResultEvent or FailedEvent { Failure.Reason: "SHUTTING_DOWN" });
        Assert.Equal(RejectionReason.Draining, _engine.Submit(Request(2)).Rejection!.Reason);
    }

    [Fact]
    public async Task EstimateSeverityAsync_KnownOperator_ReportsTheStart()
    {
        var request = Request(1, fill: 0.25f);
        var answer = await _engine.EstimateSeverityAsync(
            new SeverityRequest
            {
                Model = new ServedModel(_model, _fakes.Served(new FakeSeverityEncoder("gain")).SeverityEncoders),
                Operator = request.Operator!,
                Measurement = request.Measurement,
                Picture = request.Picture,
                IncludeLatent = true,
                IncludeDecodedMean = true,
            },
            Cancellation);
        Assert.True(answer.Succeeded);
        Assert.Equal(0.25, answer.Value.Severity, 1e-6);
        Assert.Equal(112, answer.Value.StartTimestep);
        Assert.Equal([3L, 4, 4], answer.Value.Latent!.Shape);
        Assert.Equal([3L, 16, 16], answer.Value.DecodedMean!.Shape);
    }

    [Fact]
    public async Task EstimateSeverityAsync_UnknownOperator_IsInvalid()
    {
        var request = Request(1);
        var answer = await _engine.EstimateSeverityAsync(
            new SeverityRequest { Model = request.Model, Operator = request.Operator!, Measurement = request.Measurement, Picture = request.Picture },
            Cancellation);
        Assert.Equal(RejectionReason.Invalid, answer.Rejection!.Reason);
    }

    [Fact]
    public async Task DegradeAsync_SameSeed_GivesTheSameNoiseOfTheRightStrength()
    {
        var shape = new PictureShape(48, 48);
        var request = new DegradeRequest
        {
            Operator = new OperatorRequest(_fakes.Family, FakeOperatorFamily.Spec(2), 0.1),
            Picture = HostTensor.Picture(Enumerable.Repeat(0.25f, shape.Elements).ToArray(), shape),
            Seed = 5,
        };
        var first = (await _engine.DegradeAsync(request, Cancellation)).Value!;
        var second = (await _engine.DegradeAsync(request, Cancellation)).Value!;
        Assert.Equal(first.Measurement.Values, second.Measurement.Values);
        Assert.Equal(0.5, first.Measurement.Values.Average(), 0.01);
        Assert.Equal(0.1, Math.Sqrt(first.Measurement.Values.Average(value => Math.Pow(value - 0.5, 2))), 0.005);
    }

    [Fact]
    public async Task RunAsync_Throws_IsAFailureAndTheThreadLives()
    {
        var answer = await _engine.RunAsync<string>(() => throw new InvalidOperationException("For a test."), Cancellation);
        Assert.NotNull(answer.Failure);
        Assert.Equal("alive", (await _engine.RunAsync(() => "alive", Cancellation)).Value);
    }

    [Fact]
    public async Task Cancel_AfterTheEngineEnded_DoesNothing()
    {
        var session = _engine.Submit(Request(1, startTimestep: 900)).Session!;
        await _engine.DisposeAsync();
        session.Cancel();
        Assert.IsType<FailedEvent>((await EngineHarness.EventsAsync(session))[^1]);
    }

    [Fact]
    public async Task RunAsync_TooMany_IsRefusedAtOnce()
    {
        using var block = new ManualResetEventSlim();
        var waiting = Enumerable.Range(0, 2).Select(_ => _engine.RunAsync(() => block.Wait(Patience) ? "done" : "late", Cancellation)).ToArray();
        var refused = await _engine.RunAsync(() => "never", Cancellation);
        Assert.Equal(RejectionReason.WorkFull, refused.Rejection!.Reason);
        block.Set();
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal("done", answer.Value));
    }

    [Fact]
    public async Task WarmUpAsync_ThenARequest_HasAnEta()
    {
        var warm = await _engine.WarmUpAsync(Request(1, startTimestep: 3), Cancellation);
        Assert.True(warm.Succeeded);
        var events = await EngineHarness.EventsAsync(_engine.Submit(Request(2)).Session!);
        Assert.NotNull(Assert.IsType<AcceptedEvent>(events[0]).Eta);
    }

    [Fact]
    public async Task Submit_ManyAtOnceFromManyThreads_AllEnd()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
        {
            var admission = _engine.Submit(Request((ulong)i, startTimestep: i % 7));
            return admission.IsAccepted && (await EngineHarness.EventsAsync(admission.Session))[^1] is ResultEvent;
        })));
        Assert.Contains(true, outcomes);
        Assert.Equal(outcomes.Count(completed => completed), _engine.Ledger.Ended(SessionOutcome.Completed));
        Assert.Equal(0, _engine.ActiveSessions);
    }

    [Fact]
    public async Task Submit_TwoWorkers_BothWorkAndAllEnd()
    {
        var threads = new ConcurrentDictionary<string, bool>();
        using var meet = new CountdownEvent(2);
        var model = new FakeModel
        {
            Called = (_, _) =>
            {
                if (threads.TryAdd(Environment.CurrentManagedThreadId.ToString(CultureInfo.InvariantCulture), true))
                {
                    meet.Signal();
                }

                meet.Wait(Patience);
            },
        };
        await using var engine = new ReconstructionEngine(
            new EngineOptions { MaximumSessions = 30, Device = "cpu,cpu", Threads = 1 }, TimeProvider.System, new FlashDiffusionTelemetry(new TestMeterFactory()), NullLogger<ReconstructionEngine>.Instance);
        engine.Start();
        var sessions = Enumerable.Range(0, 20).Select(i => engine.Submit(Request((ulong)i, 5 + i) with { Model = Request(1).Model with { Model = model } }).Session!).ToArray();
        foreach (var session in sessions)
        {
            await EngineHarness.ResultAsync(session);
        }

        Assert.Equal(2, threads.Count);
        Assert.Equal(0, engine.ActiveSessions);
    }

    private ReconstructionRequest Request(ulong seed, int startTimestep = 9, float fill = 0.25f)
    {
        var request = _fakes.Request(seed, startTimestep, fill: fill);
        return request with { Model = request.Model with { Model = _model } };
    }
}
