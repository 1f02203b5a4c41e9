using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Batching;
using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Severity;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Devices;

/// <summary>How requests become scheduled work: first a look at the measurement, if it takes one, then a planned sample. Device loop only.</summary>
/// <param name="device">Number of the device in its engine.</param>
/// <param name="factory">Makes samples.</param>
/// <param name="scheduler">Where work goes.</param>
/// <param name="etas">Says when samples will be done, whoever else arrives.</param>
/// <param name="budgets">Fits samples into their budgets.</param>
/// <param name="memory">What fits into the device's memory.</param>
/// <param name="ends">How sessions end.</param>
/// <param name="guard">Where solvers and operators are entered and left.</param>
/// <param name="quarantine">Parts that are called no more.</param>
/// <param name="options">Options.</param>
/// <param name="time">Clock.</param>
/// <param name="telemetry">Where measurements go.</param>
/// <param name="logger">Log.</param>
internal sealed class SessionStarts(
    int device,
    SampleFactory factory,
    LaneScheduler scheduler,
    ArrivalForecast etas,
    BudgetPlanner budgets,
    MemoryBudget memory,
    SessionEnds ends,
    CallGuard guard,
    Quarantine quarantine,
    EngineOptions options,
    TimeProvider time,
    FlashDiffusionTelemetry telemetry,
    ILogger logger)
{
    private readonly Queue<ReconstructionSession> _beginning = new();

    /// <summary>Takes sessions on, together.</summary>
    public void Begin(params IEnumerable<ReconstructionSession> sessions)
    {
        foreach (var session in sessions)
        {
            _beginning.Enqueue(session);
        }

        Settle();
    }

    /// <summary>Takes on what is left of some that began together; the first thing to do where a thread was lost over one of them.</summary>
    public void Settle()
    {
        while (_beginning.TryDequeue(out var session))
        {
            BeginOne(session);
        }
    }

    private void BeginOne(ReconstructionSession session)
    {
        var request = session.Request;
        if ((ends.Verdict(session) ?? Barred(request) ?? TooLarge(request)) is { } verdict)
        {
            ends.Fail(session, verdict, null);
            return;
        }

        Tensor? measurement = null;
        try
        {
            var piece = PieceOf(request.Model, request.Operator, request.Measurement, request.Picture, new SessionStake(session));
            measurement = HostCopies.ToDevice(request.Measurement, request.Model.On(device).Model.Device);
            if (!SampleFactory.NeedsProbe(request))
            {
                Plan(session, piece, measurement, null, time.GetTimestamp());
                return;
            }

            var probe = ProbeOf(session, piece, measurement);
            if (budgets.FitLook(probe, scheduler) is { } tooTight)
            {
                measurement.Dispose();
                ends.Fail(session, tooTight, null);
                return;
            }

            scheduler.Add(probe);
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            measurement?.Dispose();
            ends.Fail(session, TorchErrors.FailureOf(exception, "admission", null), null);
        }
    }

    /// <summary>Takes a look at a measurement on, beside any reconstruction.</summary>
    /// <param name="id">Number of the work in the engine.</param>
    /// <param name="request">The request.</param>
    /// <param name="look">Who waits for the report.</param>
    /// <param name="cancellation">Skips it if it has not begun.</param>
    public void Begin(long id, SeverityRequest request, LookStake look, CancellationToken cancellation)
    {
        Tensor? measurement = null;
        var model = request.Model.On(device);
        if (quarantine.FirstOf(request.Operator.Family, model.Model) is { } barred)
        {
            look.End(new DeviceAnswer<SeverityReport> { Failure = HungCall.FailureOf(barred) });
            return;
        }

        try
        {
            var piece = PieceOf(request.Model, request.Operator, request.Measurement, request.Picture, look);
            var encoder = model.SeverityEncoders[request.Operator.Spec.Name];
            var owned = measurement = HostCopies.ToDevice(request.Measurement, model.Model.Device);
            scheduler.Add(new SeverityProbe
            {
                Id = id,
                AcceptedAt = time.GetTimestamp(),
                Caller = request.Caller,
                Model = model,
                Encoder = encoder,
                Piece = piece,
                Measurement = owned,
                IsEstimate = true,
                WantsDecodedMean = request.IncludeDecodedMean,
                Verdict = () => cancellation.IsCancellationRequested ? SessionEnds.Cancelled : null,
                Done = result =>
                {
                    owned.Dispose();
                    using var mean = result.Mean;
                    look.End(new DeviceAnswer<SeverityReport> { Value = SeverityReporter.Report(request, piece, encoder, result, factory.BandOf(piece, result.Look)) });
                },
                Failed = failure =>
                {
                    owned.Dispose();
                    look.End(new DeviceAnswer<SeverityReport> { Failure = failure });
                },
                Stranded = look.Strand,
                Buried = () =>
                {
                    owned.Dispose();
                    look.Bury();
                },
            });
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            measurement?.Dispose();
            look.End(new DeviceAnswer<SeverityReport> { Failure = TorchErrors.FailureOf(exception, "severity encoder", null) });
        }
    }

    // Its plan of the operator is foreign code.
    private Workpiece PieceOf(ServedModel model, OperatorRequest? degradation, HostTensor measurement, PictureShape picture, IStake stake) => degradation is null
        ? Workpiece.Of(model, null, measurement, picture)
        : guard.Run(degradation.Family, "The plan of an operator", stake, _ => Workpiece.Of(model, degradation, measurement, picture));

    private SeverityProbe ProbeOf(ReconstructionSession session, Workpiece piece, Tensor measurement)
    {
        var request = session.Request;
        var began = 0L;
        return new SeverityProbe
        {
            Id = session.Id,
            AcceptedAt = session.AcceptedAt,
            DueAt = session.DueAt,
            Priority = request.Priority,
            Caller = request.Caller,
            Model = request.Model.On(device),
            Encoder = SampleFactory.EncoderOf(request, request.Model.On(device)),
            Solver = request.Solver,
            Mode = request.Mode,
            IsAlone = ComputeShape.IsAlone(request),
            Piece = piece,
            Measurement = measurement,
            WantsDecodedMean = request.Progress.IncludeDecodedMean,
            Verdict = () => ends.Verdict(session),
            Began = now =>
            {
                began = now;
                session.Look();
            },
            Done = result =>
            {
                telemetry.Span("severity", request.Parent, ends.TimeOf(session, began), time.GetUtcNow(), [], new KeyValuePair<string, object?>("flashdiffusion.severity", (double)result.Look.Severity));
                Plan(session, piece, measurement, request.Compatibility == Compatibility.Official ? result.Unscaled(request.Model.Model.LatentScale) : result, began);
            },
            Failed = failure =>
            {
                measurement.Dispose();
                ends.Fail(session, failure, null);
            },
            Stranded = failure => ends.Strand(session, failure),
            Buried = () =>
            {
                measurement.Dispose();
                session.Lease?.Dispose();
            },
        };
    }

    private void Plan(ReconstructionSession session, Workpiece piece, Tensor measurement, ProbeResult? probe, long startedAt)
    {
        if (Barred(session.Request) is { } barred)
        {
            probe?.Mean?.Dispose();
            measurement.Dispose();
            ends.Fail(session, barred, null);
            return;
        }

        // Whatever throws here, plans of shortened trajectories included, ends this session only.
        Sample? sample = null;
        var stake = new SessionStake(session)
        {
            Held = () =>
            {
                probe?.Mean.Dispose();
                measurement.Dispose();
            },
        };
        SolverPlan Ask(SampleSpec spec) => Plans.Ask(guard, session.Request.Solver, spec, stake);
        try
        {
            (sample, var failure) = factory.Make(session, session.Request.Model.On(device), piece, measurement, probe, Ask, startedAt, time.GetTimestamp());
            if (sample is null)
            {
                measurement.Dispose();
                ends.Fail(session, failure!, null);
                return;
            }

            stake.Held = sample.Dispose;
            Sample[] others = [.. scheduler.Work.OfType<Sample>()];
            if (budgets.Fit(sample, others, [.. scheduler.Work.OfType<SeverityProbe>()], Ask) is { } tooTight)
            {
                ends.Fail(session, tooTight, sample);
                return;
            }

            if (!session.IsWarmUp)
            {
                etas.Arrive(sample, joins: others.Length > 0);
            }

            sample.FirstEta = etas.Of(sample, others);
            Announce(sample, probe, others.Sum(other => (long)other.RemainingSteps));
            scheduler.Add(sample);
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            measurement.Dispose();
            ends.Fail(session, (exception as PartFailedException)?.Failure ?? TorchErrors.FailureOf(exception, "planning", null), sample);
        }
    }

    // Rather refused than run until the kernel ends the process, and everybody's work with it.
    private Failure? TooLarge(ReconstructionRequest request)
    {
        var working = request.Model.WorkingShape(request.Picture);
        return memory.Excess(LaneTiming.NameOf(request.Model.Model), working, Math.Max(1, ComputeShape.FixedRows(request, options))) is { } needed
            ? new Failure(
                SessionOutcome.OutOfMemory,
                "PICTURE_TOO_LARGE",
                FormattableString.Invariant($"A picture of {working} needs about {needed / 1e9:0.0} GB a step in the shape in which it is computed, and this device has {memory.Bytes / 1e9:0.0} GB for all of its steps; send a smaller one, or tiles of it."))
            : null;
    }

    private Failure? Barred(ReconstructionRequest request) =>
        quarantine.FirstOf(request.Solver, request.Operator?.Family, request.Model.On(device).Model) is { } part ? HungCall.FailureOf(part) : null;

    private static Notice NoticeOf(TrajectoryCut cut, int steps) => new(
        "TRAJECTORY_CUT",
        $"{(cut.Reason == CutReason.Deadline ? "To be done before its deadline" : "To stay within its network calls")} the reconstruction takes {steps} steps instead of {cut.StepsWithout}; the result may be worse.");

    private void Announce(Sample sample, ProbeResult? probe, long ahead)
    {
        var session = sample.Session;
        var solver = session.Request.Solver.Descriptor.Name;
        sample.LastCheckpoint = session.Request.Progress.CheckpointEverySteps > 0 ? Checkpoint.Of(sample) : null;
        session.Standing = () => sample.LastCheckpoint is { } last ? ends.Timed(last, sample) : null;
        session.Plan();
        session.Request.Planned?.Invoke(sample.RemainingSteps);
        session.Events.Publish(new AcceptedEvent
        {
            Severity = sample.Start.Severity,
            SeverityReliable = sample.Start.SeverityReliable,
            StartTimestep = sample.StartTimestep,
            TotalSteps = sample.Steps.Length,
            FullSteps = sample.FullSteps,
            Eta = sample.FirstEta is { } eta ? TimeSpan.FromSeconds(eta.Seconds) : null,
            StepsAhead = ahead,
            Seed = session.Request.Seed,
            Adaptation = sample.Start.Mode,
            Cut = sample.Start.Cut,
            Notices = sample.Start.Cut is { } cut ? sample.Start.Notices.Add(NoticeOf(cut, sample.Steps.Length)) : sample.Start.Notices,
            DecodedMean = probe?.DecodedMean,
            MeanResidual = probe?.Look.MeanResidual,
            ResumedAt = sample.Resumed?.StepIndex,
            Checkpoint = sample.LastCheckpoint is { } checkpoint ? ends.Timed(checkpoint, sample) : null,
        });
        telemetry.RecordQueue(solver, time.GetElapsedTime(session.AcceptedAt, sample.StartedAt).TotalSeconds);
        telemetry.RecordStart(solver, sample.Start.Severity, sample.StartTimestep, sample.Steps.Length);
        telemetry.Span("queue", session.Request.Parent, session.AcceptedTime, ends.TimeOf(session, sample.StartedAt), []);
        using var traced = LogContext.Of(session.Request.Parent);
        Log.Planned(logger, session.Id, sample.StartTimestep, sample.Start.Severity, sample.Steps.Length);
    }
}
