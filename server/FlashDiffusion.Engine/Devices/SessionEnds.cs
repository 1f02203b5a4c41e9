using System.Diagnostics;
using System.Globalization;
using FlashDiffusion.Engine.Batching;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Engine.Devices;

/// <summary>How sessions end: final event, free place, log, metrics, spans.</summary>
/// <param name="ledger">Counts sessions.</param>
/// <param name="time">Clock.</param>
/// <param name="telemetry">Where measurements go.</param>
/// <param name="logger">Log.</param>
internal sealed class SessionEnds(SessionLedger ledger, TimeProvider time, FlashDiffusionTelemetry telemetry, ILogger logger)
{
    /// <summary>A failure of a session that nobody wants any more.</summary>
    public static Failure Cancelled { get; } = new(SessionOutcome.Cancelled, "CANCELLED", "The caller cancelled the reconstruction.");

    private static readonly Failure Expired = new(SessionOutcome.DeadlineExceeded, "DEADLINE_EXCEEDED", "The deadline passed before the reconstruction was done.");

    /// <summary>A failure of a session whose time is up: before it was planned it is a refusal, with the ETA if anybody knows; afterwards a broken promise.</summary>
    public static Failure ExpiryOf(ReconstructionSession session) => (session.IsPlanned ? null : session.TooTight()) ?? Expired;

    /// <summary>A failure of a session whose first step did not begin in time, with what a full queue says too: when to come again, and how long everything there takes.</summary>
    public static Failure QueuedTooLong(ReconstructionSession session, TimeSpan longest)
    {
        var (next, all) = session.Queue();
        return new Failure(
            SessionOutcome.QueuedTooLong,
            "QUEUE_TIMEOUT",
            string.Create(CultureInfo.InvariantCulture, $"The reconstruction waited {longest.TotalSeconds:0.###} s for its first step, and that is as long as it may wait."))
        { RetryAfter = next, Eta = all };
    }

    /// <summary>Why a session should end now; null if it should go on. One that has ended already (its timer did that) should too.</summary>
    public Failure? Verdict(ReconstructionSession session)
    {
        if (session.IsCancelled)
        {
            return Cancelled;
        }

        return session.HasEnded ? Expired : session.DueAt <= time.GetTimestamp() ? ExpiryOf(session) : null;
    }

    /// <summary>Ends a session without a result; the device holds nothing of it afterwards.</summary>
    /// <param name="session">The session.</param>
    /// <param name="failure">Why.</param>
    /// <param name="sample">Its sample, if it had one; disposed.</param>
    public void Fail(ReconstructionSession session, Failure failure, Sample? sample)
    {
        Checkpoint? checkpoint = null;
        if (sample is not null)
        {
            if (((session.IsHandedOff && failure.Outcome == SessionOutcome.Cancelled) || failure.IsResumable) && session.Request.Progress.CheckpointEverySteps > 0)
            {
                checkpoint = (Snapshots.Save(sample) ?? sample.LastCheckpoint) is { } saved ? Timed(saved, sample) : null;
            }

            failure = failure with { Step = failure.Step ?? sample.StepIndex };
            SolveSpan(sample, time.GetTimestamp(), failure.Reason);
            RecordCost(sample);
            sample.Dispose();
        }

        Finish(session, failure, checkpoint);
        session.Lease?.Dispose();
    }

    /// <summary>Ends a session whose time is up, on any thread; the device may still hold something of it, which it drops before its next unit.</summary>
    public void Expire(ReconstructionSession session, Failure failure) => Finish(session, failure, null);

    /// <summary>Ends a session that is to go on elsewhere, from the newest state that was copied, on any thread: its device is still in a unit and is not waited for any more.</summary>
    public void HandOff(ReconstructionSession session)
    {
        var checkpoint = session.Standing();
        Finish(session, Cancelled with { Step = checkpoint?.StepIndex }, checkpoint);
    }

    /// <summary>
    /// Ends a session whose sample a thread holds that hangs: its tensors are not touched, and what keeps its model and solver alive stays with
    /// that thread.
    /// </summary>
    /// <param name="sample">The sample.</param>
    /// <param name="failure">Why.</param>
    public void Strand(Sample sample, Failure failure)
    {
        SolveSpan(sample, time.GetTimestamp(), failure.Reason);
        RecordCost(sample);
        Finish(sample.Session, failure with { Step = sample.StepIndex }, sample.LastCheckpoint is { } last ? Timed(last, sample) : null);
    }

    /// <summary>The same of a session that has no sample yet.</summary>
    public void Strand(ReconstructionSession session, Failure failure) => Finish(session, failure, null);

    private void Finish(ReconstructionSession session, Failure failure, Checkpoint? checkpoint)
    {
        if (!ledger.Finish(session, new FailedEvent(failure) { Checkpoint = checkpoint }, Seconds(session)))
        {
            return;
        }

        using var traced = LogContext.Of(session.Request.Parent);
        if (failure.Outcome == SessionOutcome.Cancelled && session.IsCancelled)
        {
            telemetry.RecordCancel(time.GetElapsedTime(session.CancelledAt).TotalSeconds);
        }

        if (failure.IsOfCaller)
        {
            Log.EndedByCaller(logger, session.Id, failure.Outcome, failure.Reason);
        }
        else
        {
            Log.Failed(logger, failure.Cause, session.Id, failure.Outcome, failure.Reason, failure.Message);
        }
    }

    /// <summary>Ends a session with its picture.</summary>
    /// <param name="decoded">The finished sample; disposed.</param>
    /// <param name="decodeBegan">Timestamp of the decode's begin.</param>
    public void Complete(DecodedSample decoded, long decodeBegan)
    {
        var sample = decoded.Sample;
        var session = sample.Session;
        var now = time.GetTimestamp();
        SolveSpan(sample, decodeBegan, null);
        telemetry.Span("decode", session.Request.Parent, TimeOf(session, decodeBegan), TimeOf(session, now), []);
        var result = new ResultEvent
        {
            Picture = decoded.Picture!,
            Latent = decoded.Latent,
            Seed = session.Request.Seed,
            Residual = decoded.Residual,
            Notices = sample.Announced is { } announced
                ? [new Notice("TRAJECTORY_SHORTENED", $"The device was slower than it had been when the deadline was accepted: to be done in time the reconstruction took {sample.Steps.Length} steps instead of the {announced} that were announced; the result may be worse.")]
                : [],
            Cost = new ReconstructionCost(
                sample.StepIndex,
                sample.Calls,
                sample.SeverityCalls,
                QueueTime(sample),
                ComputeTime(sample, now),
                sample.FullSteps),
        };
        RecordCost(sample);
        sample.Dispose();
        var ended = ledger.Finish(session, result, Seconds(session));
        session.Lease?.Dispose();
        if (!ended)
        {
            return;
        }

        // One that was cut once more is in time because it was, which says nothing of what it was first said to take.
        if (sample.FirstEta is { Seconds: > 0 and var eta } && !sample.WasShortened)
        {
            telemetry.RecordEta(eta, time.GetElapsedTime(sample.PlannedAt, now).TotalSeconds);
        }

        using var traced = LogContext.Of(session.Request.Parent);
        Log.Completed(logger, session.Id, Seconds(session));
    }

    /// <summary>A checkpoint with the time that its sample took until now.</summary>
    public Checkpoint Timed(Checkpoint checkpoint, Sample sample) =>
        checkpoint with { QueueTime = QueueTime(sample), ComputeTime = ComputeTime(sample, time.GetTimestamp()) };

    /// <summary>A session's timestamp as a time of day.</summary>
    public DateTimeOffset TimeOf(ReconstructionSession session, long timestamp) => session.AcceptedTime + time.GetElapsedTime(session.AcceptedAt, timestamp);

    // In the order of time: the span's first moment, comings and goings, about sixteen steps, its end.
    private IEnumerable<ActivityEvent> Events(Sample sample, long end)
    {
        if (sample.Resumed is { } resumed)
        {
            yield return new ActivityEvent("resume", TimeOf(sample.Session, sample.FirstStepAt!.Value), new ActivityTagsCollection { ["flashdiffusion.step"] = resumed.StepIndex });
        }

        var moves = sample.Moves.Append((At: end, Name: Sample.LeaveMove)).Select(move => new ActivityEvent(move.Name, TimeOf(sample.Session, move.At)));
        foreach (var happened in moves.Concat(sample.Trace.Select(entry => StepEvent(sample, entry.At, entry.Step, entry.Batch))).OrderBy(happened => happened.Timestamp))
        {
            yield return happened;
        }
    }

    private ActivityEvent StepEvent(Sample sample, long at, PlannedStep step, int batch) => new("step", TimeOf(sample.Session, at), new ActivityTagsCollection
    {
        ["flashdiffusion.timestep"] = step.Timestep,
        ["flashdiffusion.kind"] = step.Kind,
        ["flashdiffusion.batch"] = batch,
    });

    private TimeSpan QueueTime(Sample sample) => time.GetElapsedTime(sample.AcceptedAt, sample.StartedAt) + (sample.Resumed?.QueueTime ?? default);

    private TimeSpan ComputeTime(Sample sample, long now) => time.GetElapsedTime(sample.StartedAt, now) + (sample.Resumed?.ComputeTime ?? default);

    private double Seconds(ReconstructionSession session) => time.GetElapsedTime(session.AcceptedAt).TotalSeconds;

    // What another server spent before a checkpoint was counted there.
    private void RecordCost(Sample sample) => telemetry.RecordCost(
        sample.Session.Request.Solver.Descriptor.Name,
        sample.StepIndex - (sample.Resumed?.StepIndex ?? 0),
        Since(sample.Calls, sample.Resumed?.Calls ?? default),
        sample.SeverityCalls - (sample.Resumed?.SeverityCalls ?? 0));

    private static StepCost Since(StepCost now, StepCost then) => new(
        now.UNetForward - then.UNetForward,
        now.UNetBackward - then.UNetBackward,
        now.DecoderForward - then.DecoderForward,
        now.DecoderBackward - then.DecoderBackward,
        now.EncoderForward - then.EncoderForward);

    // Law: who never took a step has no solve span.
    private void SolveSpan(Sample sample, long end, string? error)
    {
        if (sample.FirstStepAt is { } began)
        {
            telemetry.Span(
                "solve",
                sample.Session.Request.Parent,
                TimeOf(sample.Session, began),
                TimeOf(sample.Session, end),
                Events(sample, end),
                sample.Companions.Select(companion => new ActivityLink(companion)),
                new("flashdiffusion.solver", sample.Session.Request.Solver.Descriptor.Name),
                new("flashdiffusion.steps", sample.StepIndex),
                new("flashdiffusion.start_timestep", sample.StartTimestep),
                new(FlashDiffusionTelemetry.ErrorType, error));
        }
    }
}
