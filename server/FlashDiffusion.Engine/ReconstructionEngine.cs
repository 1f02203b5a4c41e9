using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Severity;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace FlashDiffusion.Engine;

/// <summary>
/// Reconstructs many pictures at once on one device. Requests go in and events come out as host data; everything between happens on
/// the device thread. Safe to use from any thread.
/// </summary>
internal sealed class ReconstructionEngine : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly FlashDiffusionTelemetry _telemetry;
    private readonly ILogger _logger;
    private readonly SessionLedger _ledger;
    private readonly SessionWatch _watch;
    private readonly DeviceLoop _loop;
    private readonly DeviceWorker _worker;
    private long _lastId;
    private int _workItems;
    private int _state;

    /// <param name="options">Options.</param>
    /// <param name="time">Clock.</param>
    /// <param name="telemetry">Where measurements go.</param>
    /// <param name="logger">Where events worth reading go.</param>
    public ReconstructionEngine(EngineOptions options, TimeProvider time, FlashDiffusionTelemetry telemetry, ILogger<ReconstructionEngine> logger)
    {
        _options = options;
        _time = time;
        _telemetry = telemetry;
        _logger = logger;
        _ledger = new SessionLedger(options.MaximumSessions, telemetry);
        var ends = new SessionEnds(_ledger, time, telemetry, logger);
        _watch = new SessionWatch(options, ends, time);
        _loop = new DeviceLoop(0, options, ends, time, telemetry, logger);
        _worker = new DeviceWorker(_loop, options, logger);
        telemetry.Observe(options.Device, () => _loop.Load, () => _loop.LiveTensors);
    }

    private enum State
    {
        New,
        Running,
        Draining,
        Ended,
    }

    /// <summary>Reconstructions that are accepted and unfinished.</summary>
    public int ActiveSessions => _ledger.Active;

    /// <summary>What the device had to do a moment ago.</summary>
    public EngineLoad Load => _loop.Load;

    /// <summary>Counts of sessions.</summary>
    public SessionLedger Ledger => _ledger;

    /// <summary>Starts the device thread; until then everything is refused.</summary>
    public void Start()
    {
        if (Interlocked.CompareExchange(ref _state, (int)State.Running, (int)State.New) == (int)State.New)
        {
            _worker.Start();
        }
    }

    /// <summary>Whether a request would be refused now for want of a place, so that nobody reads its picture first.</summary>
    /// <returns>The refusal; null if there is a place at this moment.</returns>
    public Rejection? Crowded() => _ledger.IsFull ? Full($"All {_options.MaximumSessions} places are taken.") : null;

    /// <summary>Takes a request on, or refuses it at once.</summary>
    /// <param name="request">The request.</param>
    /// <returns>A session, or the reason against it.</returns>
    public Admission Submit(ReconstructionRequest request)
    {
        if (NotRunning() is { } notRunning)
        {
            return Admission.Refused(notRunning);
        }

        var violations = RequestChecker.Check(request);
        if (!violations.IsEmpty)
        {
            return Admission.Refused(Count(new Rejection(RejectionReason.Invalid, $"The request has {violations.Length} violation(s): {violations[0].Description}") { Violations = violations }));
        }

        if (_ledger.TryEnter() is { } reason)
        {
            return Admission.Refused(reason == RejectionReason.Draining ? Draining() : Full($"All {_options.MaximumSessions} places are taken."));
        }

        var session = new ReconstructionSession(Interlocked.Increment(ref _lastId), request, _time, _worker.Wake);
        Log.Accepted(_logger, session.Id, request.Solver.Descriptor.Name, request.Picture);
        _watch.Watch(session);
        _loop.Arrive(() => _loop.Starts.Begin(session));
        _worker.Wake();
        if ((State)Volatile.Read(ref _state) == State.Ended)
        {
            // The thread may have ended before it saw the arrival; a second end changes nothing.
            _ledger.Finish(session, new FailedEvent(DeviceWorker.ShuttingDown), 0);
        }

        return Admission.Accepted(session);
    }

    /// <summary>Looks at a measurement once.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<DeviceAnswer<SeverityReport>> EstimateSeverityAsync(SeverityRequest request, CancellationToken cancellation)
    {
        var violations = RequestChecker.Check(request);
        if (!violations.IsEmpty)
        {
            return Refuse<SeverityReport>(new Rejection(RejectionReason.Invalid, violations[0].Description) { Violations = violations });
        }

        return BoundedAsync(() =>
        {
            var answer = new TaskCompletionSource<DeviceAnswer<SeverityReport>>(TaskCreationOptions.RunContinuationsAsynchronously);
            _loop.Arrive(() => _loop.Starts.Begin(Interlocked.Increment(ref _lastId), request, answer, cancellation));
            return answer.Task;
        });
    }

    /// <summary>Degrades a clean picture.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<DeviceAnswer<DegradedPicture>> DegradeAsync(DegradeRequest request, CancellationToken cancellation)
    {
        var violations = RequestChecker.Check(request);
        return violations.IsEmpty
            ? RunAsync(() => Degrading.Run(request, torch.device(_options.Device)), cancellation)
            : Refuse<DegradedPicture>(new Rejection(RejectionReason.Invalid, violations[0].Description) { Violations = violations });
    }

    /// <summary>Runs work that needs the device thread, such as loading a model, inside a dispose scope and without gradients.</summary>
    /// <typeparam name="T">What the work makes; tensors in it must have left the scope.</typeparam>
    /// <param name="work">The work; bounded, since all reconstructions wait meanwhile.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<DeviceAnswer<T>> RunAsync<T>(Func<T> work, CancellationToken cancellation)
        where T : class => BoundedAsync(() =>
        {
            var (item, answer) = WorkItem.Of(work, cancellation);
            _loop.Enqueue(item);
            return answer;
        });

    /// <summary>Runs a synthetic request to its end, so that the first real one finds warm kernels and a learned step time.</summary>
    /// <param name="request">A request like those to come; a fixed low start makes it short.</param>
    /// <param name="cancellation">Cancels it.</param>
    /// <returns>The result, or why there is none.</returns>
    public async Task<DeviceAnswer<ResultEvent>> WarmUpAsync(ReconstructionRequest request, CancellationToken cancellation)
    {
        var admission = Submit(request);
        if (!admission.IsAccepted)
        {
            return new DeviceAnswer<ResultEvent> { Rejection = admission.Rejection };
        }

        await using var registration = cancellation.Register(admission.Session.Cancel);
        await foreach (var happened in admission.Session.ReadEventsAsync(CancellationToken.None))
        {
            if (happened is ResultEvent result)
            {
                return new DeviceAnswer<ResultEvent> { Value = result };
            }

            if (happened is FailedEvent failed)
            {
                return new DeviceAnswer<ResultEvent> { Failure = failed.Failure };
            }
        }

        throw new InvalidOperationException("A session ended without a final event.");
    }

    /// <summary>Refuses what is new and waits until everything accepted has ended.</summary>
    /// <param name="cancellation">Stops waiting; what is unfinished goes on.</param>
    public Task DrainAsync(CancellationToken cancellation)
    {
        Interlocked.CompareExchange(ref _state, (int)State.Draining, (int)State.Running);
        _ledger.Close();
        return _ledger.WhenEmptyAsync(cancellation);
    }

    /// <summary>Ends the device thread; what is unfinished fails.</summary>
    public async ValueTask DisposeAsync()
    {
        _ledger.Close();
        var before = (State)Interlocked.Exchange(ref _state, (int)State.Ended);
        if (before is State.Running or State.Draining)
        {
            await _worker.StopAsync();
        }

        if (before != State.Ended)
        {
            _worker.Dispose();
        }
    }

    private async Task<DeviceAnswer<T>> BoundedAsync<T>(Func<Task<DeviceAnswer<T>>> start)
        where T : class
    {
        if (NotRunning() is { } notRunning)
        {
            return new DeviceAnswer<T> { Rejection = notRunning };
        }

        try
        {
            if (Interlocked.Increment(ref _workItems) > _options.MaximumWorkItems)
            {
                return new DeviceAnswer<T> { Rejection = Full($"All {_options.MaximumWorkItems} places for short work are taken.") };
            }

            var answer = start();
            _worker.Wake();
            return await answer;
        }
        finally
        {
            Interlocked.Decrement(ref _workItems);
        }
    }

    private Task<DeviceAnswer<T>> Refuse<T>(Rejection rejection)
        where T : class => Task.FromResult(new DeviceAnswer<T> { Rejection = Count(rejection) });

    private Rejection? NotRunning() => (State)Volatile.Read(ref _state) == State.Running ? null : Draining();

    private Rejection Draining() => Count(new Rejection(RejectionReason.Draining, "The server takes no new work: it is starting up or shutting down."));

    private Rejection Full(string message) => Count(new Rejection(RejectionReason.QueueFull, message) { RetryAfter = _loop.Load.NextFree, Eta = _loop.Load.Backlog });

    private Rejection Count(Rejection rejection)
    {
        _telemetry.RecordRejection(rejection.Reason);
        return rejection;
    }
}
