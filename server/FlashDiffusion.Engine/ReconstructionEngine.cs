using System.Collections.Immutable;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Severity;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace FlashDiffusion.Engine;

/// <summary>
/// Reconstructs many pictures at once on one or several devices. Requests go in and events come out as host data; everything between
/// happens on the device threads. Safe to use from any thread.
/// </summary>
internal sealed class ReconstructionEngine : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly FlashDiffusionTelemetry _telemetry;
    private readonly ILogger _logger;
    private readonly SessionLedger _ledger;
    private readonly SessionWatch _watch;
    private readonly DeviceFleet _fleet;
    private readonly AdmissionThreads _admissions;
    private readonly Refusals _refusals;
    private long _lastId;
    private readonly ShortWork _shortWork;
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
        _ledger = new SessionLedger(options.MaximumSessions, telemetry, time);
        var ends = new SessionEnds(_ledger, time, telemetry, logger);
        _watch = new SessionWatch(options, ends, time);
        _fleet = new DeviceFleet(options, ends, time, telemetry, logger);
        _shortWork = new ShortWork(options.MaximumWorkItems);
        _refusals = new Refusals(options, _ledger, () => _fleet.Queue(options.MaximumSessions), telemetry);
        _admissions = new AdmissionThreads(options, _fleet.Quarantine, time, telemetry, logger, _fleet.Expel);
    }

    private enum State
    {
        New,
        Running,
        Draining,
        Ended,
    }

    private bool HasEnded => (State)Volatile.Read(ref _state) == State.Ended;

    /// <summary>Reconstructions that are accepted and unfinished.</summary>
    public int ActiveSessions => _ledger.Active;

    /// <summary>What the devices had to do a moment ago.</summary>
    public EngineLoad Load => _fleet.Load;

    /// <summary>Names of the devices, as torch knows them.</summary>
    public ImmutableArray<string> Devices => _fleet.Names;

    /// <summary>What each device has measured; written on its thread only.</summary>
    public IEnumerable<StepTimes> Times => _fleet.Loops.Select(loop => loop.Times);

    /// <summary>Counts of sessions.</summary>
    public SessionLedger Ledger => _ledger;

    /// <summary>Told of a call that hung, before anybody whose reconstruction it took learns of it; set before the start.</summary>
    public Action<HungCall> Hung
    {
        get => _fleet.Hung;
        set => _fleet.Hung = value;
    }

    /// <summary>Starts the device thread; until then everything is refused.</summary>
    public void Start()
    {
        if (Interlocked.CompareExchange(ref _state, (int)State.Running, (int)State.New) == (int)State.New)
        {
            _fleet.Start();
            _admissions.Start();
        }
    }

    /// <summary>Whether a request would be refused now for want of a place, so that nobody reads its picture first.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <returns>The refusal; null if there is a place at this moment.</returns>
    public Rejection? Crowded(CallerKey caller) => _ledger.IsFullFor(Told(caller)) ? _refusals.NoPlace(Told(caller)) : null;

    /// <summary>
    /// Reads and checks a request, <see cref="Submit"/> included: on a thread of its own, so that a plan of a solver or an operator that hangs or throws ends that request
    /// alone.
    /// </summary>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="work">The work; asks for plans by <see cref="Plans"/>.</param>
    /// <param name="gone">Cancelled when nobody waits any more; what no thread has begun by then never is.</param>
    /// <returns>What came of it; or the failure of a plan, or that nobody waits.</returns>
    public Task<DeviceAnswer<T>> AdmitAsync<T>(Func<T> work, CancellationToken gone = default)
        where T : class => _admissions.RunAsync(work, gone: gone);

    /// <summary>Takes a request on, or refuses it at once. Its plans are guarded within <see cref="AdmitAsync"/> only.</summary>
    /// <param name="request">The request.</param>
    /// <param name="lease">
    /// Keeps its model, solver and operator in service; disposed of when no device holds anything of it any more, at once if it is refused. Null
    /// if they stay anyway.
    /// </param>
    /// <returns>A session, or the reason against it.</returns>
    public Admission Submit(ReconstructionRequest request, IDisposable? lease = null)
    {
        Admission? admission = null;
        try
        {
            return admission = Admit(request, lease);
        }
        finally
        {
            if (admission is not { IsAccepted: true })
            {
                lease?.Dispose();
            }
        }
    }

    private Admission Admit(ReconstructionRequest request, IDisposable? lease)
    {
        if (NotRunning() is { } notRunning)
        {
            return Admission.Refused(notRunning);
        }

        var violations = RequestChecker.Check(request);
        if (!violations.IsEmpty)
        {
            return Admission.Refused(_refusals.Invalid(violations));
        }

        var caller = Told(request.Caller);
        if (_ledger.TryEnter(caller) is { } reason)
        {
            return Admission.Refused(reason == RejectionReason.Draining ? _refusals.Draining() : _refusals.NoPlace(caller));
        }

        return Admission.Accepted(Begin(request with { Caller = caller }, lease, _fleet.For(request, Left(request))));
    }

    /// <summary>Looks at a measurement once.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <param name="lease">Keeps its model and operator in service; disposed of when no device holds anything of it. Null if they stay anyway.</param>
    public async Task<DeviceAnswer<SeverityReport>> EstimateSeverityAsync(SeverityRequest request, CancellationToken cancellation, IDisposable? lease = null)
    {
        if (await _admissions.CheckAsync<SeverityReport>(() => RequestChecker.Check(request), _refusals.Counted, lease) is { } refused)
        {
            return refused;
        }

        return await ShortWorkFailures.ToldAsync(_telemetry, _logger, BoundedAsync(() =>
        {
            var answer = new TaskCompletionSource<DeviceAnswer<SeverityReport>>(TaskCreationOptions.RunContinuationsAsynchronously);
            var loop = _fleet.Lightest();
            var stake = new LookStake(answer, lease);
            loop.Arrive(() => loop.Starts.Begin(Interlocked.Increment(ref _lastId), request with { Caller = Told(request.Caller) }, stake, cancellation), work: 0);
            loop.Wake();
            if (HasEnded)
            {
                stake.Strand(DeviceWorker.ShuttingDown);
            }

            return answer.Task;
        }, lease));
    }

    /// <summary>Degrades a clean picture.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <param name="lease">Keeps its operator in service; disposed of when no device holds anything of it. Null if it stays anyway.</param>
    public async Task<DeviceAnswer<DegradedPicture>> DegradeAsync(DegradeRequest request, CancellationToken cancellation, IDisposable? lease = null)
    {
        if (await _admissions.CheckAsync<DegradedPicture>(() => RequestChecker.Check(request), _refusals.Counted, lease) is { } refused)
        {
            return refused;
        }

        var device = _fleet.ForShortWork();
        var work = WorkItem.Of(() => Degrading.Run(request, torch.device(Devices[device])), request.Operator.Family, lease, cancellation, request.Kind);
        return await ShortWorkFailures.ToldAsync(_telemetry, _logger, BoundedAsync(() => Enqueue(device, work), lease));
    }

    /// <summary>Runs work on the first device's thread.</summary>
    /// <typeparam name="T">What the work makes; tensors in it must have left the scope.</typeparam>
    /// <param name="work">The work; bounded, since all reconstructions there wait meanwhile.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<DeviceAnswer<T>> RunAsync<T>(Func<T> work, CancellationToken cancellation)
        where T : class => RunAsync(0, work, cancellation);

    /// <summary>Runs work that needs the device thread, such as loading a model, inside a dispose scope and without gradients.</summary>
    /// <typeparam name="T">What the work makes; tensors in it must have left the scope.</typeparam>
    /// <param name="device">Number of the device.</param>
    /// <param name="work">The work; bounded, since all reconstructions there wait meanwhile.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<DeviceAnswer<T>> RunAsync<T>(int device, Func<T> work, CancellationToken cancellation)
        where T : class => BoundedAsync(() => Enqueue(device, WorkItem.Of(work, null, null, cancellation)));

    /// <summary>Runs work that a device owes to what it serves, such as freeing weights: however much else waits, and while it drains.</summary>
    /// <typeparam name="T">What the work makes; tensors in it must have left the scope.</typeparam>
    /// <param name="device">Number of the device.</param>
    /// <param name="work">The work; bounded, since all reconstructions there wait meanwhile.</param>
    /// <param name="part">Whose code it calls and which may hang; null if it is the server's own and may take its time.</param>
    public async Task<DeviceAnswer<T>> MaintainAsync<T>(int device, Func<T> work, object? part = null)
        where T : class
    {
        if ((State)Volatile.Read(ref _state) is State.New or State.Ended)
        {
            return new DeviceAnswer<T> { Rejection = _refusals.Draining() };
        }

        return await Enqueue(device, WorkItem.Of(work, part, null, CancellationToken.None));
    }

    /// <summary>
    /// Runs copies of a synthetic request together, so that the first real one finds warm kernels, and learns what a step of so many
    /// rows takes in time.
    /// </summary>
    /// <param name="device">Number of the device.</param>
    /// <param name="request">A request like those to come; a fixed low start makes it short.</param>
    /// <param name="rows">How many.</param>
    /// <param name="measuresMemory">Whether to learn what it takes in memory too: free memory is given back before, and taking it again costs the first step time.</param>
    /// <param name="cancellation">Cancels them.</param>
    /// <returns>The first one's result, or why there is none.</returns>
    public async Task<DeviceAnswer<ResultEvent>> WarmUpAsync(int device, ReconstructionRequest request, int rows, bool measuresMemory, CancellationToken cancellation)
    {
        if (NotRunning() is { } notRunning)
        {
            return new DeviceAnswer<ResultEvent> { Rejection = notRunning };
        }

        if (await _admissions.CheckAsync<ResultEvent>(() => RequestChecker.Check(request), rejection => rejection) is { } refused)
        {
            return refused;
        }

        var loop = _fleet.Loops[device];
        var peak = measuresMemory && loop.Kind == DeviceNames.Processor ? WarmUpPeak.Begin(_ledger, _shortWork, rows) : null;
        var sessions = Enumerable.Range(0, rows).TakeWhile(_ => _ledger.TryEnterBeside()).Select(_ => Open(request, loop, isWarmUp: true)).ToArray();
        if (sessions.Length == 0)
        {
            return new DeviceAnswer<ResultEvent> { Rejection = _refusals.Draining() };
        }

        // In one arrival, so that they take their first step together.
        loop.Arrive(() => loop.Starts.Begin(sessions));
        loop.Wake();
        await using var registration = cancellation.Register(() => Array.ForEach(sessions, session => session.Cancel()));
        var ends = await Task.WhenAll(sessions.Select(session => session.EndAsync()));
        if (peak?.End() is var (bytes, alone))
        {
            await MaintainAsync(device, () => WarmUpPeak.Keep(loop, request, sessions.Length, bytes, alone));
        }

        return ends[0] is ResultEvent result
            ? new DeviceAnswer<ResultEvent> { Value = result }
            : new DeviceAnswer<ResultEvent> { Failure = ((FailedEvent)ends[0]).Failure };
    }

    /// <summary>Warms the device with the least work up with one request.</summary>
    /// <param name="request">A request like those to come.</param>
    /// <param name="cancellation">Cancels it.</param>
    public Task<DeviceAnswer<ResultEvent>> WarmUpAsync(ReconstructionRequest request, CancellationToken cancellation) =>
        WarmUpAsync(_fleet.Loops.IndexOf(_fleet.Lightest()), request, 1, measuresMemory: true, cancellation);

    /// <summary>What the engine does and has learned.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The statistics; a device that does not answer within two seconds, as in a step that hangs, shows no lanes.</returns>
    public async Task<EngineStatistics> StatisticsAsync(CancellationToken cancellation)
    {
        var devices = await DeviceStatistics.OfAsync(_fleet, (device, read) => MaintainAsync(device, read), cancellation);
        return new EngineStatistics(_options.Policy, devices, _ledger.Requests);
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
            await _fleet.StopAsync();
        }

        if (before != State.Ended)
        {
            _admissions.Dispose();
            _fleet.Dispose();
        }
    }

    private ReconstructionSession Begin(ReconstructionRequest request, IDisposable? lease, DeviceLoop loop)
    {
        var session = Open(request, loop, lease);
        loop.Arrive(() => loop.Starts.Begin(session));
        loop.Wake();
        if (HasEnded)
        {
            // The thread may have ended before it saw the arrival; a second end changes nothing.
            _ledger.Finish(session, new FailedEvent(DeviceWorker.ShuttingDown), 0);
        }

        return session;
    }

    private ReconstructionSession Open(ReconstructionRequest request, DeviceLoop loop, IDisposable? lease = null, bool isWarmUp = false)
    {
        var session = new ReconstructionSession(Interlocked.Increment(ref _lastId), request, _time, _fleet.Wake)
        {
            Lease = lease,
            IsWarmUp = isWarmUp,
            TooTight = () => loop.Least.Refusal(request),
            LostBefore = () => loop.Least.LostBefore(request),
            Queue = () => _fleet.Queue(_options.MaximumSessions),
        };
        Log.Accepted(_logger, session.Id, request.Solver.Descriptor.Name, request.Picture);
        _watch.Watch(session);
        return session;
    }

    private Task<DeviceAnswer<T>> Enqueue<T>(int device, (WorkItem Item, Task<DeviceAnswer<T>> Answer) work)
        where T : class
    {
        _fleet.Loops[device].Enqueue(work.Item);
        _fleet.Loops[device].Wake();
        if (HasEnded)
        {
            // As with a session: the thread may have ended before it saw it, and a second answer changes nothing.
            work.Item.Fail(DeviceWorker.ShuttingDown);
        }

        return work.Answer;
    }

    private async Task<DeviceAnswer<T>> BoundedAsync<T>(Func<Task<DeviceAnswer<T>>> start, IDisposable? lease = null)
        where T : class
    {
        if (NotRunning() is { } notRunning)
        {
            lease?.Dispose();
            return new DeviceAnswer<T> { Rejection = notRunning };
        }

        using var place = _shortWork.TryEnter();
        if (place is null)
        {
            lease?.Dispose();
            return new DeviceAnswer<T> { Rejection = _refusals.WorkFull() };
        }

        return await start();
    }

    private Rejection? NotRunning() => (State)Volatile.Read(ref _state) == State.Running ? null : _refusals.Draining();

    private TimeSpan? Left(ReconstructionRequest request) => request.Deadline - _time.GetUtcNow() is { } left && !(request.TimeLimit < left) ? left : request.TimeLimit;

    private CallerKey Told(CallerKey caller) => _options.FairShare ? caller : default;
}
