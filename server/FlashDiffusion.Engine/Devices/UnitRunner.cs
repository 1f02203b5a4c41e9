using FlashDiffusion.Engine.Batching;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;

namespace FlashDiffusion.Engine.Devices;

/// <summary>Runs one scheduled unit of work: over the device, back into lanes, out to readers. Device loop only.</summary>
/// <param name="stages">What runs on the device.</param>
/// <param name="scheduler">Where work waits.</param>
/// <param name="times">What units took.</param>
/// <param name="sizes">How large units are.</param>
/// <param name="forecast">Says when samples will be done.</param>
/// <param name="ends">How sessions end.</param>
/// <param name="time">Clock.</param>
/// <param name="awake">Clock by which a unit takes its time: a process that slept has not made its steps slower.</param>
/// <param name="telemetry">Where measurements go.</param>
/// <param name="device">What metrics call the device.</param>
internal sealed class UnitRunner(
    DeviceStages stages,
    LaneScheduler scheduler,
    StepTimes times,
    BatchSizes sizes,
    RecentForecast forecast,
    SessionEnds ends,
    TimeProvider time,
    TimeProvider awake,
    FlashDiffusionTelemetry telemetry,
    string device)
{
    private const int TracedSteps = 16;
    private const int LinkedCompanions = 32;
    private long _woke;

    /// <summary>Whether the last unit ran as it was, and not in parts.</summary>
    public bool RanWhole { get; private set; }

    /// <summary>Runs a unit.</summary>
    public void Run(ScheduledBatch batch)
    {
        var began = time.GetTimestamp();
        (_woke, RanWhole) = (awake.GetTimestamp(), false);
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
            scheduler.Remove(probe, batch.Lane);
            probe.Began(began);
        }

        stages.Severity.Run(probes, () => Record(batch));
    }

    private void RunStep(ScheduledBatch batch, long began)
    {
        Sample[] samples = [.. batch.Work.Cast<Sample>()];
        foreach (var sample in samples.Where(sample => sample.FirstStepAt is null))
        {
            sample.Begin(began);
            sample.Session.Begin();
        }

        (Sample Sample, PlannedStep Step, int Index)[] taken = [.. samples.Select(sample => (sample, sample.NextStep, sample.StepIndex))];
        var outcomes = stages.Steps.Run(batch.Lane, samples);
        Record(batch, stages.Split.RanWhole);

        // A chunk of a step is none yet, nor is one that failed.
        (Sample Sample, PlannedStep Step, int Index)[] done = [.. taken.Where(step => step.Sample.StepIndex > step.Index)];
        Trace(samples, done);
        foreach (var outcome in outcomes)
        {
            var sample = outcome.Sample;
            if (outcome.Failure is { } failure)
            {
                scheduler.Remove(sample, batch.Lane);
                ends.Fail(sample.Session, failure, sample);
            }
            else if (sample.Lane != batch.Lane)
            {
                scheduler.Remove(sample, batch.Lane);
                scheduler.Add(sample);
            }
        }

        var shown = outcomes.Where(outcome => outcome.Snapshot is not null).ToArray();
        var completions = shown.Length == 0 ? [] : forecast.Of([.. scheduler.Work.OfType<Sample>()]).Completions;
        foreach (var outcome in shown)
        {
            Show(outcome.Sample, outcome.Snapshot!, completions);
        }

        foreach (var (sample, _, _) in done.Where(step => step.Index == 0))
        {
            telemetry.RecordFirstLatent(sample.Session.Request.Solver.Descriptor.Name, time.GetElapsedTime(sample.AcceptedAt).TotalSeconds);
        }
    }

    private void Trace(Sample[] samples, (Sample Sample, PlannedStep Step, int Index)[] done)
    {
        if (!telemetry.Source.HasListeners())
        {
            return;
        }

        var now = time.GetTimestamp();
        foreach (var (sample, step, _) in done)
        {
            if (sample.StepIndex == 1 || sample.RemainingSteps == 0 || sample.StepIndex % Math.Max(1, sample.Steps.Length / TracedSteps) == 0)
            {
                sample.Trace.Add((now, step, samples.Length));
                sample.Companions.UnionWith(samples.Where(other => other != sample).Select(other => other.Session.Request.Parent)
                    .Where(context => context != default).Take(Math.Max(0, LinkedCompanions - sample.Companions.Count)));
            }
        }
    }

    private void RunDecode(ScheduledBatch batch, long began)
    {
        var decoded = stages.Decode.Run(batch.Lane, [.. batch.Work.Cast<Sample>()]);
        Record(batch, stages.Split.RanWhole);
        foreach (var result in decoded)
        {
            scheduler.Remove(result.Sample, batch.Lane);
            if ((result.Failure ?? ends.Verdict(result.Sample.Session)) is { } failure)
            {
                ends.Fail(result.Sample.Session, failure, result.Sample);
            }
            else
            {
                ends.Complete(result, began);
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
            Eta = completions.TryGetValue(sample.Id, out var seconds) ? TimeSpan.FromSeconds(sample.FirstEta?.Later(seconds) ?? seconds) : null,
            Residual = snapshot.Residual,
            Latent = snapshot.Latent,
            Preview = snapshot.Preview,
            Checkpoint = snapshot.Checkpoint is { } checkpoint ? ends.Timed(checkpoint, sample) : null,
        });
        if (replaced > 0)
        {
            telemetry.RecordCoalesced(replaced);
        }
    }

    // A batch that had to be split says nothing of the time that one of its size takes.
    private void Record(ScheduledBatch batch, bool whole = true)
    {
        var seconds = awake.GetElapsedTime(_woke).TotalSeconds;
        RanWhole = whole;
        if (whole)
        {
            var (key, rows) = (LaneTiming.Of(batch.Lane), sizes.ComputedRows(batch.Lane, batch.Work.Length));
            times.Record(key, rows, seconds);
            if (batch.Lane.Operator.Length > 0 && batch.Work[0] is Sample { SharedOperator.Length: > 0 })
            {
                times.Operators.Record(key, [.. batch.Work.Cast<Sample>().Select(sample => sample.SharedOperator).Distinct()], rows, seconds);
            }
        }

        if (batch.Lane.Stage == Stage.Step && batch.Work[0] is Sample { Session: { IsWarmUp: false, Request: var request } })
        {
            telemetry.Tally.RecordStep(request.Model.Model, request.Solver, batch.Work.Length, TimeSpan.FromSeconds(seconds));
        }

        telemetry.RecordUnit(device, batch.Lane.Stage.ToString(), batch.Lane.Kind, batch.Work.Length, seconds);
    }
}
