using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Severity;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Tests.Laws;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Telemetry;

public sealed class TelemetryTests : IDisposable
{
    private readonly EngineHarness _harness = new();
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ConcurrentQueue<(string Name, double Value)> _measurements = new();
    private readonly ActivityListener _spanListener;
    private readonly MeterListener _meterListener = new();
    private readonly ActivityContext _parent = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    public TelemetryTests()
    {
        _spanListener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == FlashDiffusionTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_spanListener);
        _meterListener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _harness.Telemetry.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meterListener.SetMeasurementEventCallback<double>((instrument, value, _, _) => _measurements.Enqueue((instrument.Name, value)));
        _meterListener.SetMeasurementEventCallback<int>((instrument, value, _, _) => _measurements.Enqueue((instrument.Name, value)));
        _meterListener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _measurements.Enqueue((instrument.Name, value)));
        _meterListener.Start();
    }

    private IEnumerable<Activity> Own => _spans.Where(span => span.TraceId == _parent.TraceId);

    public void Dispose()
    {
        _meterListener.Dispose();
        _spanListener.Dispose();
        _harness.Dispose();
    }

    [Fact]
    public void Spans_OfARequest_AreChildrenOfTheCaller()
    {
        _harness.Submit(_harness.Request(1) with { Parent = _parent });
        _harness.RunUntilIdle();
        Assert.Equal(["decode", "queue", "severity", "solve"], Own.Select(span => span.OperationName).Order(StringComparer.Ordinal));
        Assert.All(Own, span => Assert.Equal(_parent.SpanId, span.ParentSpanId));
        var solve = Own.Single(span => span.OperationName == "solve");
        Assert.Equal(10, solve.GetTagItem("flashdiffusion.steps"));
        Assert.Equal(100, solve.Duration.TotalMilliseconds, 1);
        Assert.Equal(Enumerable.Range(0, 10).Reverse(), StepsOf(solve).Select(step => (int)step.Tags.Single(tag => tag.Key == "flashdiffusion.timestep").Value!));
    }

    [Fact]
    public void Spans_OfALongRequest_ShowAFewSteps()
    {
        _harness.Submit(_harness.Request(1, startTimestep: 499) with { Parent = _parent });
        _harness.RunUntilIdle();
        Assert.InRange(StepsOf(Own.Single(span => span.OperationName == "solve")).Count(), 16, 20);
    }

    [Fact]
    public void Spans_OfARequest_ShowItsComingAndGoing()
    {
        _harness.Submit(_harness.Request(1) with { Parent = _parent });
        _harness.Tick(4);
        var sample = Assert.Single(_harness.Loop.Samples);
        var state = _harness.Loop.Suspend(sample);
        _harness.Time.Advance(TimeSpan.FromSeconds(1));
        _harness.Loop.Continue(sample, state);
        _harness.RunUntilIdle();

        var solve = Own.Single(span => span.OperationName == "solve");
        var moves = solve.Events.Where(happened => happened.Name != "step").ToArray();
        Assert.Equal(["join", "leave", "join", "leave"], moves.Select(move => move.Name));
        Assert.Equal(1, (moves[2].Timestamp - moves[1].Timestamp).TotalSeconds, 3);
        Assert.Equal((solve.StartTimeUtc, solve.StartTimeUtc + solve.Duration), (moves[0].Timestamp.UtcDateTime, moves[3].Timestamp.UtcDateTime));
        Assert.Equal(solve.Events.OrderBy(happened => happened.Timestamp).Select(happened => happened.Timestamp), solve.Events.Select(happened => happened.Timestamp));
        Assert.Equal(ActivityStatusCode.Unset, solve.Status);
    }

    [Fact]
    public async Task Spans_OfAResumedRequest_SayWhereItWentOn()
    {
        var request = _harness.Request(1) with { Progress = new ProgressOptions { CheckpointEverySteps = 1 } };
        var first = _harness.Submit(request);
        _harness.Tick(4);
        first.Cancel();
        _harness.RunUntilIdle();
        var checkpoint = (await EngineHarness.EventsAsync(first)).OfType<ProgressEvent>().Last(progress => progress.Checkpoint is not null).Checkpoint!;

        _harness.Submit(request with { Parent = _parent, Resume = checkpoint });
        _harness.RunUntilIdle();

        var resumed = Assert.Single(Own.Single(span => span.OperationName == "solve").Events, happened => happened.Name == "resume");
        Assert.Equal(checkpoint.StepIndex, resumed.Tags.Single().Value);
    }

    [Fact]
    public void Spans_OfAFailure_SayWhy()
    {
        _harness.Solver.Throwing.Add(1);
        _harness.Submit(_harness.Request(1) with { Parent = _parent });
        _harness.RunUntilIdle();

        var solve = Own.Single(span => span.OperationName == "solve");
        Assert.Equal((ActivityStatusCode.Error, "SOLVER_FAULT"), (solve.Status, solve.GetTagItem("error.type")));
    }

    [Fact]
    public void Spans_CancelledInTheQueue_HaveNoSolve()
    {
        var session = _harness.Submit(_harness.Request(1) with { Parent = _parent });
        session.Cancel();
        _harness.RunUntilIdle();
        Assert.DoesNotContain(Own, span => span.OperationName == "solve");
    }

    [Fact]
    public void Metrics_OfARequest_AreRecordedOnce()
    {
        _harness.Submit(_harness.Request(1));
        _harness.RunUntilIdle();
        foreach (var name in new[] { "request.queue.duration", "request.time_to_first_latent", "request.duration", "request.severity", "request.start_timestep", "request.steps" })
        {
            Assert.Single(_measurements, measurement => measurement.Name == "flashdiffusion." + name);
        }

        Assert.Equal(10, _measurements.Single(measurement => measurement.Name == "flashdiffusion.request.steps").Value);

        // One look, ten steps, one decode.
        Assert.Equal(12, _measurements.Count(measurement => measurement.Name == "flashdiffusion.step.duration"));
        Assert.All(_measurements.Where(measurement => measurement.Name == "flashdiffusion.batch.size"), measurement => Assert.Equal(1, measurement.Value));
    }

    [Theory]
    [InlineData(LawSolver.Chunked, 1)]
    [InlineData(LawSolver.Throwing, 1)]
    public void Metrics_StepsInChunksOrThatFail_FirstLatentIsRecordedOnce(ulong seed, int expected)
    {
        _harness.Submit(_harness.Request(seed) with { Solver = new LawSolver { Chunks = 2 } });
        _harness.RunUntilIdle();
        Assert.Equal(expected, _measurements.Count(measurement => measurement.Name == "flashdiffusion.request.time_to_first_latent"));
    }

    [Fact]
    public void Work_OfWhatWasNotLookedAtYet_IsAsMuchAsUsual()
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 10, Threads = 1, SeverityBatch = 1 });
        for (ulong seed = 1; seed <= 5; seed++)
        {
            harness.Submit(harness.Request(seed));
        }

        harness.Tick(1);
        Assert.Equal(50, harness.Loop.Load.Steps);
        harness.RunUntilIdle();
        Assert.Equal(0, harness.Loop.Load.Steps);
    }

    [Fact]
    public async Task Work_OfEstimates_IsNotCounted()
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 10, Threads = 1, SeverityBatch = 1 });
        var request = harness.Request(1);
        harness.Submit(request);
        harness.RunUntilIdle();
        var looks = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<DeviceAnswer<SeverityReport>>()).ToArray();
        foreach (var look in looks)
        {
            harness.Loop.Starts.Begin(100, new SeverityRequest
            {
                Model = request.Model with { SeverityEncoders = new Dictionary<string, ISeverityEncoder> { ["gain"] = new FakeSeverityEncoder("gain") }.ToFrozenDictionary() },
                Operator = request.Operator!,
                Measurement = request.Measurement,
                Picture = request.Picture,
            }, new LookStake(look, null), TestContext.Current.CancellationToken);
        }

        harness.Tick(1);
        Assert.Equal(2, looks.Count(look => !look.Task.IsCompleted));
        Assert.Equal((0, 0L, 0.0, 0.0), (harness.Loop.Load.Queued, harness.Loop.Load.Steps, harness.Loop.Load.Work, harness.Loop.Pressure));

        // Reconstructions that wait are counted, and as whole ones, though the last that ran was at its end.
        harness.Submit(harness.Request(2));
        harness.Submit(harness.Request(3));
        harness.Tick(1);
        Assert.Equal(20, harness.Loop.Load.Steps);
        harness.RunUntilIdle();
        Assert.All(await Task.WhenAll(looks.Select(look => look.Task)), answer => Assert.NotNull(answer.Value));
    }

    [Fact]
    public void Metrics_HoweverRequestsEnd_AcceptedEqualsEnded()
    {
        _harness.Solver.Throwing.Add(2);
        _harness.Submit(_harness.Request(1));
        _harness.Submit(_harness.Request(2));
        _harness.Submit(_harness.Request(3) with { TimeLimit = TimeSpan.FromMilliseconds(25) });
        var cancelled = _harness.Submit(_harness.Request(4));
        Assert.Equal((4, 0), Counts());
        cancelled.Cancel();
        _harness.RunUntilIdle();
        Assert.Equal((4, 4), Counts());

        (int Accepted, int Ended) Counts() => (Count("requests.accepted"), Count("request.duration"));
        int Count(string name) => _measurements.Count(measurement => measurement.Name == "flashdiffusion." + name);
    }

    [Fact]
    public void Metrics_Cancelled_RecordTheLatency()
    {
        var session = _harness.Submit(_harness.Request(1, startTimestep: 100));
        _harness.Tick(5);
        session.Cancel();
        _harness.Tick(1);
        Assert.Single(_measurements, measurement => measurement.Name == "flashdiffusion.cancel.latency");
    }

    [Fact]
    public void Gauges_AfterWork_ReturnToZero()
    {
        _harness.Telemetry.Observe(["cpu"], _harness.Loops);
        _harness.Submit(_harness.Request(1, startTimestep: 20));
        _harness.Tick(5);
        Assert.Equal((0, 1, 17), Gauges());
        _harness.RunUntilIdle();
        Assert.Equal((0, 0, 0), Gauges());
    }

    [Fact]
    public void Activity_OnTheLoop_StaysTheCallers()
    {
        using var activity = new Activity("caller").Start();
        _harness.Submit(_harness.Request(1) with { Parent = _parent });
        _harness.RunUntilIdle();
        Assert.Same(activity, Activity.Current);
    }

    private static IEnumerable<ActivityEvent> StepsOf(Activity solve) => solve.Events.Where(happened => happened.Name == "step");

    private (int Queued, int Running, int Steps) Gauges()
    {
        _measurements.Clear();
        _meterListener.RecordObservableInstruments();
        return (Value("queue.length"), Value("slots.active"), Value("queue.work"));

        int Value(string name) => (int)_measurements.Single(measurement => measurement.Name == "flashdiffusion." + name).Value;
    }
}
