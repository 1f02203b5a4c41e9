using System.Collections.Concurrent;
using FlashDiffusion.Engine.Batching;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
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
/// What happens on a device, one bounded unit of work a tick: take in what arrived, retire what is cancelled or expired, schedule,
/// run, publish. Synchronous and without a thread of its own, so that tests can drive it tick by tick. All but <see cref="Arrive"/>,
/// <see cref="Enqueue"/>, <see cref="Load"/> and <see cref="LiveTensors"/> belongs to one thread.
/// </summary>
internal sealed class DeviceLoop : IDisposable
{
    private const int TracedSteps = 16;

    private readonly TimeProvider _time;
    private readonly FlashDiffusionTelemetry _telemetry;
    private readonly ILogger _logger;
    private readonly SessionEnds _ends;
    private readonly LaneScheduler _scheduler;
    private readonly StepTimes _times = new();
    private readonly EtaEstimator _etas;
    private readonly BoundOperators _operators = new();
    private readonly SeverityStage _severity;
    private readonly StepStage _steps;
    private readonly DecodeStage _decode;
    private readonly SessionStarts _starts;
    private readonly ConcurrentQueue<Action> _arrivals = new();
    private readonly ConcurrentQueue<WorkItem> _items = new();
    private EngineLoad _load = EngineLoad.Idle;
    private long _liveTensors;

    /// <param name="options">Options.</param>
    /// <param name="policy">Order within a lane.</param>
    /// <param name="ledger">Counts sessions.</param>
    /// <param name="time">Clock.</param>
    /// <param name="telemetry">Where measurements go.</param>
    /// <param name="logger">Log.</param>
    public DeviceLoop(EngineOptions options, ISchedulingPolicy policy, SessionLedger ledger, TimeProvider time, FlashDiffusionTelemetry telemetry, ILogger logger)
    {
        _time = time;
        _telemetry = telemetry;
        _logger = logger;
        _ends = new SessionEnds(ledger, time, telemetry, logger);
        _scheduler = new LaneScheduler(policy, lane => lane switch
        {
            { Stage: Stage.Severity } => options.SeverityBatch,
            { Alone: not 0 } => 1,
            _ => options.MaximumBatch,
        });
        _etas = new EtaEstimator(_times, options.MaximumBatch);
        _severity = new SeverityStage(options.SeverityBatch);
        _steps = new StepStage(_operators);
        _decode = new DecodeStage(_operators);
        _starts = new SessionStarts(new SampleFactory(options), _scheduler, _etas, _ends, time, telemetry, logger);
    }

    /// <summary>What there is to do.</summary>
    public EngineLoad Load => Volatile.Read(ref _load);

    /// <summary>Tensors alive on the loop's thread.</summary>
    public long LiveTensors => Volatile.Read(ref _liveTensors);

    /// <summary>Samples under way; for the loop's thread.</summary>
    public IEnumerable<Sample> Samples => _scheduler.Work.OfType<Sample>();

    /// <summary>How sessions begin.</summary>
    public SessionStarts Starts => _starts;

    /// <summary>Hands over something cheap to be done at the next tick, on the loop's thread.</summary>
    public void Arrive(Action arrival) => _arrivals.Enqueue(arrival);

    /// <summary>Hands over bounded work; one piece a tick is run.</summary>
    public void Enqueue(WorkItem item) => _items.Enqueue(item);

    /// <summary>Continues a sample from a saved state, in the lane of its next step.</summary>
    /// <param name="sample">A sample under way.</param>
    /// <param name="state">A state of the same request.</param>
    public void Restore(Sample sample, SampleState state)
    {
        _scheduler.Remove(sample, sample.Lane);
        sample.Restore(state);
        _scheduler.Add(sample);
    }

    /// <summary>Does one unit of work.</summary>
    /// <returns>False if there was nothing to do.</returns>
    public bool Tick()
    {
        while (_arrivals.TryDequeue(out var arrival))
        {
            arrival();
        }

        var worked = false;
        if (_items.TryDequeue(out var item))
        {
            worked = true;
            if (item.Run() is { } failure)
            {
                Log.WorkFailed(_logger, failure.Cause, failure.Reason);
            }
        }

        Retire();
        if (_scheduler.Next(_time.GetTimestamp()) is { } batch)
        {
            worked = true;
            Run(batch);
        }

        _operators.Trim(_scheduler.HoldsSibling);
        Publish();
        return worked || !_arrivals.IsEmpty || !_items.IsEmpty;
    }

    /// <summary>Ends everything that waits or runs.</summary>
    /// <param name="failure">Why.</param>
    public void Abort(Failure failure)
    {
        while (_arrivals.TryDequeue(out var arrival))
        {
            arrival();
        }

        foreach (var work in _scheduler.Work.ToArray())
        {
            _scheduler.Remove(work, work.Lane);
            Drop(work, failure);
        }

        while (_items.TryDequeue(out var item))
        {
            item.Fail(failure);
        }

        _operators.Trim(_ => false);
        Publish();
    }

    /// <inheritdoc/>
    public void Dispose() => _operators.Dispose();

    private void Retire()
    {
        List<(IScheduledWork Work, Failure Failure)>? gone = null;
        foreach (var work in _scheduler.Work)
        {
            var verdict = work switch
            {
                Sample sample => _ends.Verdict(sample.Session),
                SeverityProbe probe => probe.Verdict(),
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

    private void Run(ScheduledBatch batch)
    {
        var began = _time.GetTimestamp();
        switch (batch.Lane.Stage)
        {
            case Stage.Severity:
                RunSeverity(batch, began);
                break;
            case Stage.Step:
                RunStep(batch, began);
                break;
            default:
                RunDecode(batch, began);
                break;
        }
    }

    private void RunSeverity(ScheduledBatch batch, long began)
    {
        SeverityProbe[] probes = [.. batch.Work.Cast<SeverityProbe>()];
        foreach (var probe in probes)
        {
            _scheduler.Remove(probe, batch.Lane);
            probe.Began(began);
        }

        _severity.Run(probes, () => Record(batch, began));
    }

    private void RunStep(ScheduledBatch batch, long began)
    {
        Sample[] samples = [.. batch.Work.Cast<Sample>()];
        foreach (var sample in samples.Where(sample => sample.FirstStepAt is null))
        {
            sample.FirstStepAt = began;
        }

        PlannedStep[] taken = [.. samples.Select(sample => sample.NextStep)];
        var outcomes = _steps.Run(batch.Lane, samples);
        Record(batch, began);
        Trace(samples, taken);
        foreach (var outcome in outcomes)
        {
            var sample = outcome.Sample;
            if (outcome.Failure is { } failure)
            {
                _scheduler.Remove(sample, batch.Lane);
                _ends.Fail(sample.Session, failure, sample);
            }
            else if (sample.Lane != batch.Lane)
            {
                _scheduler.Remove(sample, batch.Lane);
                _scheduler.Add(sample);
            }
        }

        var shown = outcomes.Where(outcome => outcome.Snapshot is not null).ToArray();
        var completions = shown.Length == 0 ? [] : _etas.Completions(Samples);
        foreach (var outcome in shown)
        {
            Show(outcome.Sample, outcome.Snapshot!, completions);
        }

        foreach (var sample in samples.Where(sample => sample.StepIndex == 1))
        {
            _telemetry.RecordFirstLatent(sample.Session.Request.Solver.Descriptor.Name, _time.GetElapsedTime(sample.AcceptedAt).TotalSeconds);
        }
    }

    private void Trace(Sample[] samples, PlannedStep[] taken)
    {
        if (!_telemetry.Source.HasListeners())
        {
            return;
        }

        var now = _time.GetTimestamp();
        foreach (var (sample, step) in samples.Zip(taken))
        {
            if (sample.StepIndex == 1 || sample.RemainingSteps == 0 || sample.StepIndex % Math.Max(1, sample.Steps.Length / TracedSteps) == 0)
            {
                sample.Trace.Add((now, step, samples.Length));
            }
        }
    }

    private void RunDecode(ScheduledBatch batch, long began)
    {
        var decoded = _decode.Run(batch.Lane, [.. batch.Work.Cast<Sample>()]);
        Record(batch, began);
        foreach (var result in decoded)
        {
            _scheduler.Remove(result.Sample, batch.Lane);
            if ((result.Failure ?? _ends.Verdict(result.Sample.Session)) is { } failure)
            {
                _ends.Fail(result.Sample.Session, failure, result.Sample);
            }
            else
            {
                _ends.Complete(result, began);
            }
        }
    }

    private void Show(Sample sample, Snapshot snapshot, Dictionary<long, double> completions)
    {
        var replaced = sample.Session.Events.Publish(new ProgressEvent
        {
            Step = sample.StepIndex,
            TotalSteps = sample.Steps.Length,
            Timestep = snapshot.Timestep,
            Eta = completions.TryGetValue(sample.Id, out var seconds) ? TimeSpan.FromSeconds(seconds) : null,
            Residual = snapshot.Residual,
            Latent = snapshot.Latent,
            Preview = snapshot.Preview,
            Checkpoint = snapshot.Checkpoint is { } checkpoint ? _ends.Timed(checkpoint, sample) : null,
        });
        if (replaced)
        {
            _telemetry.RecordCoalesced();
        }
    }

    private void Record(ScheduledBatch batch, long began)
    {
        var seconds = _time.GetElapsedTime(began).TotalSeconds;
        _times.Record(EtaEstimator.TimingOf(batch.Lane), batch.Work.Length, seconds);
        _telemetry.RecordUnit(batch.Lane.Stage.ToString(), batch.Lane.Kind, batch.Work.Length, seconds);
    }

    private void Publish()
    {
        var samples = Samples.ToArray();
        var running = samples.Count(sample => sample.FirstStepAt is not null);
        var next = samples.Length == 0 ? null : _etas.Completions(samples).Values.Select(seconds => (double?)seconds).Min();
        Volatile.Write(ref _load, _scheduler.Count == 0 ? EngineLoad.Idle : new EngineLoad(
            _scheduler.Count - running,
            running,
            samples.Sum(sample => (long)sample.RemainingSteps),
            next is { } seconds ? TimeSpan.FromSeconds(seconds) : null));
        Volatile.Write(ref _liveTensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
