using System.Collections.Concurrent;
using System.Collections.Immutable;
using FlashDiffusion.Engine.Batching;
using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// What happens on a device, one bounded unit of work a tick: take in what arrived, retire what is cancelled or expired, shorten what would be late, schedule,
/// run, publish. Synchronous and without a thread of its own, so that tests can drive it tick by tick. All but <see cref="Arrive"/>,
/// <see cref="Enqueue"/>, <see cref="Load"/>, <see cref="Least"/> and <see cref="LiveTensors"/> belongs to one thread.
/// </summary>
internal sealed class DeviceLoop : IDisposable
{
    private readonly TimeProvider _time;
    private readonly SessionEnds _ends;
    private readonly LaneScheduler _scheduler;
    private readonly BatchSizes _sizes;
    private readonly EtaEstimator _etas;
    private readonly LoadReckoning _loads;
    private readonly ArrivalForecast _arrivalForecast;
    private readonly PaceWatch _pace;
    private readonly BudgetPlanner _budgets;
    private readonly PromiseKeeper _promises;
    private readonly LeastTime _least;
    private readonly BoundOperators _operators;
    private readonly UnitRunner _units;
    private readonly SessionStarts _starts;
    private readonly Shortening _shortening;
    private readonly ConcurrentQueue<Action> _losses = new();
    private readonly ConcurrentQueue<Action> _arrivals = new();
    private readonly ItemQueue _items;
    private EngineLoad _load = EngineLoad.Idle;
    private readonly Lock _expectation = new();
    private readonly CallGuard _guard;
    private readonly SeverityStage _severity;
    private readonly Losses _shared;
    private readonly Quarantine _quarantine;
    private readonly int _device;
    private CollectionPause? _pause;
    private double _expected;
    private long _liveTensors;

    /// <param name="device">Number of the device in its engine.</param>
    /// <param name="options">Options.</param>
    /// <param name="ends">How sessions end.</param>
    /// <param name="time">Clock.</param>
    /// <param name="telemetry">Where measurements go.</param>
    /// <param name="logger">Log.</param>
    /// <param name="quarantine">Parts that are called no more, on any device; null for this one's own.</param>
    /// <param name="waking">Clock of what units and calls of foreign code take; null for <paramref name="time"/>.</param>
    public DeviceLoop(int device, EngineOptions options, SessionEnds ends, TimeProvider time, FlashDiffusionTelemetry telemetry, ILogger logger, Quarantine? quarantine = null, WakingTime? waking = null)
    {
        _device = device;
        _time = time;
        _ends = ends;
        _guard = new CallGuard(waking ?? time);
        _items = new ItemQueue(_guard, time, waking ?? time, logger);
        _operators = new BoundOperators(_guard, (family, fault) => Log.OperatorFaulted(logger, fault, family.Descriptor.Name));
        _quarantine = quarantine ?? new Quarantine();
        Kind = DeviceNames.KindOf(DeviceNames.Of(options)[device]);
        var policy = SchedulingPolicies.Of(options);
        Times = new StepTimes();
        Memory = new MemoryBudget(DeviceMemory.BudgetOf(options, device), time);
        var sizes = _sizes = new BatchSizes(options, Times, Memory);
        _etas = new EtaEstimator(Times, sizes, policy, time);
        var forecast = new RecentForecast(_etas, time);
        _loads = new LoadReckoning(forecast);
        _arrivalForecast = new ArrivalForecast(_etas, time);
        _pace = new PaceWatch(_etas, waking ?? time);
        var promises = _promises = new PromiseKeeper(options, _etas, sizes, time);
        _budgets = new BudgetPlanner(options, _etas, promises);
        _least = new LeastTime(options, Times, sizes, time);
        _scheduler = new LaneScheduler(policy, sizes.Next, chosen => promises.Keep(chosen, _scheduler!), _etas.UnitSeconds);
        _severity = new SeverityStage(options.SeverityBatch, _operators, _guard);
        _shared = new Losses(_scheduler, _ends, _operators);
        var split = new BatchSplit(Memory);
        var stages = new DeviceStages(_severity, new StepStage(_operators, sizes, split, _guard, options.Precision), new DecodeStage(_operators, sizes, split, _guard), split);
        _units = new UnitRunner(stages, _scheduler, Times, sizes, forecast, _ends, time, waking ?? time, telemetry, DeviceNames.Labels(DeviceNames.Of(options))[device]);
        _shortening = new Shortening(_scheduler, _budgets, _ends, _guard, telemetry, logger);
        _starts = new SessionStarts(device, new SampleFactory(options), _scheduler, _arrivalForecast, _budgets, Memory, _ends, _guard, _quarantine, options, time, telemetry, logger);
    }

    /// <summary>What units took; for the loop's thread.</summary>
    public StepTimes Times { get; }

    /// <summary>What fits; for the loop's thread.</summary>
    public MemoryBudget Memory { get; }

    /// <summary>What there is to do.</summary>
    public EngineLoad Load => Volatile.Read(ref _load);

    /// <summary>Tensors alive on the loop's thread.</summary>
    public long LiveTensors => Volatile.Read(ref _liveTensors);

    /// <summary>Samples under way; for the loop's thread.</summary>
    public IEnumerable<Sample> Samples => _scheduler.Work.OfType<Sample>();

    /// <summary>How sessions begin.</summary>
    public SessionStarts Starts => _starts;

    /// <summary>Hands over something cheap to be done at the next tick, on the loop's thread.</summary>
    /// <param name="arrival">What to do.</param>
    /// <param name="work">Seconds of device time that it brings; null for what is usual.</param>
    public void Arrive(Action arrival, double? work = null)
    {
        var expected = work ?? _loads.UsualWork;
        Expect(expected);
        _arrivals.Enqueue(() =>
        {
            Expect(-expected);
            arrival();
        });
    }

    /// <summary>Hands over bounded work; one piece a tick is run, where promises allow it.</summary>
    public void Enqueue(WorkItem item) => _items.Add(item);

    /// <summary>Continues a sample from a saved state, in the lane of its next step.</summary>
    /// <param name="sample">A sample under way.</param>
    /// <param name="state">A state of the same request.</param>
    public void Restore(Sample sample, SampleState state)
    {
        _scheduler.Remove(sample, sample.Lane);
        sample.Restore(state);
        _scheduler.Add(sample);
    }

    /// <summary>Kind of the device.</summary>
    public string Kind { get; }

    /// <summary>
    /// Seconds of work that wait here, with what is on its way and what the unit under way takes too long; any thread. Of what is not planned yet a usual
    /// amount is assumed.
    /// </summary>
    public double Pressure
    {
        get
        {
            lock (_expectation)
            {
                return Load.Work + _expected + _least.Overrun;
            }
        }
    }

    /// <summary>The same with the work beside reconstructions; any thread.</summary>
    public double FullPressure => Pressure + _items.Pending;

    /// <summary>Expected time until all is done that is here or on its way; any thread. Null if unknown.</summary>
    public TimeSpan? Backlog => _loads.Backlog(Load, Pressure);

    /// <summary>Says what the least of a request takes here; for any thread.</summary>
    public LeastTime Least => _least;

    /// <summary>Says that something may have arrived; any thread.</summary>
    public Action Wake { get; set; } = () => { };

    /// <summary>Called after each unit of work that leaves something to do, on the loop's thread.</summary>
    public Action Balance { get; set; } = () => { };

    /// <summary>Seconds of device time that a sample still needs.</summary>
    public double WorkOf(Sample sample) => _etas.Work(sample);

    /// <summary>What it has learned; on the loop's thread.</summary>
    public ImmutableArray<LaneStatistics> Statistics() =>
        [.. Times.Keys.Select(key => new LaneStatistics(key, Times.Curve(key), _sizes.Of(key, int.MaxValue), Memory.BytesPerRow(key), Memory.Rows(key)) { Operators = Times.Operators.Of(key) })];

    /// <summary>Takes a sample off the device, between two units of work.</summary>
    /// <returns>The state to continue with.</returns>
    public SampleState Suspend(Sample sample)
    {
        // What can't be copied stays.
        var (lane, state) = (sample.Lane, sample.Leave());
        _scheduler.Remove(sample, lane);
        Publish();
        sample.Move(_time.GetTimestamp(), Sample.LeaveMove);
        return state;
    }

    /// <summary>Continues a sample that was suspended, here or on another device.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="state">Its state.</param>
    public void Continue(Sample sample, SampleState state)
    {
        try
        {
            sample.Arrive(sample.Session.Request.Model.On(_device), state);
        }
        catch (Exception exception)
        {
            _ends.Fail(sample.Session, TorchErrors.FailureOf(exception, "move between devices", state.StepIndex), sample);
            return;
        }

        // While it was on its way, what it needs may have been expelled here.
        if (_quarantine.FirstOf(PartsOf(sample)) is { } part)
        {
            _ends.Fail(sample.Session, HungCall.FailureOf(part), sample);
            return;
        }

        sample.Move(_time.GetTimestamp(), Sample.JoinMove);
        _scheduler.Add(sample);
    }

    /// <summary>Does one unit of work. No garbage is collected meanwhile: see <see cref="CollectionPause"/>.</summary>
    /// <returns>False if there was nothing to do.</returns>
    public bool Tick()
    {
        using var pause = _pause = CollectionPause.Start();
        _pace.Wake();
        _promises.Debt = _items.Overdue;
        TakeIn();
        var worked = _items.Run(seconds => _promises.Allow(seconds, _scheduler));
        _pace.Skip(worked);
        _promises.Debt = _items.Overdue;
        Retire();
        _shortening.Shorten(_promises.Behind);
        if (_scheduler.Next(_etas.Moment) is { } batch)
        {
            worked = true;
            _pace.Begin(batch);
            _least.Begin(batch, _etas.UnitSeconds(batch.Lane, batch.Work.Length) ?? 0, _promises.Made, _etas.Pace.Now);
            _units.Run(batch);
            _least.End();
            _pace.End(_units.RanWhole);
        }

        Publish();
        if (_scheduler.Count > 1)
        {
            Balance();
        }

        // Whoever moved away just now leaves nothing here either.
        _operators.Trim(_scheduler.Work);

        _pace.Leave(_scheduler.Count > 0);
        return worked || !_arrivals.IsEmpty || !_items.IsEmpty;
    }

    /// <summary>
    /// Takes the thread that runs the loop out of it, if it has been in foreign code for longer than a limit; a fresh one then begins with
    /// <see cref="GiveUp"/>. Any thread.
    /// </summary>
    /// <returns>The call that it is in; null if the thread is to stay.</returns>
    public GuardedCall? TryAbandon(TimeSpan limit)
    {
        if (_guard.TryAbandon(limit) is not { } call)
        {
            return null;
        }

        // Else nothing would ever be collected in this process again.
        _pause?.Dispose();
        _quarantine.Add(call.Part);
        return call;
    }

    /// <summary>
    /// Ends those whose call hangs, without touching what the thread holds that is in it, and does what that thread had begun for others: the
    /// first thing that a fresh thread does.
    /// </summary>
    public void GiveUp(GuardedCall call, Failure failure) => _losses.Enqueue(() =>
    {
        call.Stake.Strand(_shared, failure);
        _pace.Leave(hasWork: false);
        _severity.Settle();
        _starts.Settle();
    });

    /// <summary>Ends everything that needs a part, where each stands.</summary>
    public void Expel(object part, Failure failure)
    {
        foreach (var work in _scheduler.Work.Where(work => PartsOf(work).Contains(part)).ToArray())
        {
            _scheduler.Remove(work, work.Lane);
            Drop(work, failure);
        }

        _operators.Forget(part);
    }

    /// <summary>Ends everything that waits or runs.</summary>
    /// <param name="failure">Why.</param>
    public void Abort(Failure failure)
    {
        TakeIn();
        foreach (var work in _scheduler.Work.ToArray())
        {
            _scheduler.Remove(work, work.Lane);
            Drop(work, failure);
        }

        _items.Abort(failure);
        _operators.Trim([]);
        Publish();
    }

    /// <inheritdoc/>
    public void Dispose() => _operators.Dispose();

    private void TakeIn()
    {
        while (_losses.TryDequeue(out var loss))
        {
            loss();
        }

        while (_arrivals.TryDequeue(out var arrival))
        {
            arrival();
        }
    }

    private void Expect(double seconds)
    {
        lock (_expectation)
        {
            _expected += seconds;
        }
    }

    private void Retire()
    {
        List<(IScheduledWork Work, Failure Failure)>? gone = null;
        foreach (var work in _scheduler.Work)
        {
            var verdict = work switch
            {
                Sample sample => _ends.Verdict(sample.Session),

                // What came after it was looked at, and promised, may keep it waiting: it ends while there is an ETA to say.
                SeverityProbe probe => probe.Verdict() ?? (_budgets.IsLost(probe) ? _budgets.FitLook(probe, _scheduler) : null),
                _ => null,
            };
            if (verdict is not null)
            {
                (gone ??= []).Add((work, verdict));
            }
        }

        foreach (var (work, failure) in gone ?? [])
        {
            _scheduler.Remove(work, work.Lane);
            Drop(work, failure);
        }
    }

    private static object?[] PartsOf(IScheduledWork work) => work switch
    {
        Sample sample => [sample.Session.Request.Solver, sample.Session.Request.Operator?.Family, sample.Model.Model],
        SeverityProbe probe => [probe.Piece.Degradation?.Family, probe.Model.Model],
        _ => [],
    };

    private void Drop(IScheduledWork work, Failure failure)
    {
        if (work is Sample sample)
        {
            _ends.Fail(sample.Session, failure, sample);
        }
        else if (work is SeverityProbe probe)
        {
            probe.Failed(failure);
        }
    }

    private void Publish()
    {
        Volatile.Write(ref _load, _loads.Of(_scheduler));
        if (_scheduler.Count == 0)
        {
            _least.Rest();
            _arrivalForecast.Rest();
            _promises.Forget();
        }

        Volatile.Write(ref _liveTensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
