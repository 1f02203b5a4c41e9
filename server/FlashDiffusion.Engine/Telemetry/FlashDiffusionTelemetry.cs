using System.Diagnostics;
using System.Diagnostics.Metrics;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>The one source of spans and the one meter of the product. Attributes are few and of low cardinality: never an id.</summary>
internal sealed class FlashDiffusionTelemetry : IDisposable
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "FlashDiffusion";

    /// <summary>Attribute of a span that failed: the stable reason, of low cardinality.</summary>
    public const string ErrorType = "error.type";

    private static readonly InstrumentAdvice<double> RequestSeconds = new() { HistogramBucketBoundaries = [.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] };
    private static readonly InstrumentAdvice<double> StepSeconds = new() { HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10] };
    private static readonly InstrumentAdvice<double> EtaErrors = new() { HistogramBucketBoundaries = [-.75, -.5, -.3, -.2, -.1, -.05, 0, .05, .1, .2, .3, .5, 1, 2, 5, 10] };
    private static readonly InstrumentAdvice<int> BatchSizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64] };
    private static readonly InstrumentAdvice<int> Steps = new() { HistogramBucketBoundaries = [10, 20, 50, 100, 150, 200, 250, 300, 400, 500, 750, 1000] };
    private static readonly InstrumentAdvice<double> Severities = new() { HistogramBucketBoundaries = [.01, .02, .05, .1, .15, .2, .25, .3, .4, .5, .75, 1] };

    private readonly Histogram<double> _queueDuration;
    private readonly Histogram<double> _firstLatent;
    private readonly Histogram<double> _requestDuration;
    private readonly Histogram<double> _severity;
    private readonly Histogram<int> _startTimestep;
    private readonly Histogram<int> _requestSteps;
    private readonly Histogram<double> _stepDuration;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _cancelLatency;
    private readonly Histogram<double> _etaError;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _coalesced;
    private readonly Counter<long> _stalled;
    private readonly Counter<long> _detached;
    private readonly Counter<long> _shortened;
    private readonly Counter<long> _resumed;
    private readonly Counter<long> _steps;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _abandoned;

    /// <param name="meters">Makes the meter.</param>
    public FlashDiffusionTelemetry(IMeterFactory meters)
    {
        Source = new ActivitySource(Name, typeof(FlashDiffusionTelemetry).Assembly.GetName().Version?.ToString(3));
        Meter = meters.Create(Name);
        _queueDuration = Meter.CreateHistogram("flashdiffusion.request.queue.duration", "s", "Time from acceptance to the first work on the device.", null, RequestSeconds);
        _firstLatent = Meter.CreateHistogram("flashdiffusion.request.time_to_first_latent", "s", "Time from acceptance to the first step done.", null, RequestSeconds);
        _requestDuration = Meter.CreateHistogram("flashdiffusion.request.duration", "s", "Time from acceptance to the end.", null, RequestSeconds);
        _severity = Meter.CreateHistogram("flashdiffusion.request.severity", "1", "Severity that chose the start.", null, Severities);
        _startTimestep = Meter.CreateHistogram("flashdiffusion.request.start_timestep", "1", "Training timestep of the start.", null, Steps);
        _requestSteps = Meter.CreateHistogram("flashdiffusion.request.steps", "{step}", "Steps planned.", null, Steps);
        _stepDuration = Meter.CreateHistogram("flashdiffusion.step.duration", "s", "Time of one unit of device work.", null, StepSeconds);
        _batchSize = Meter.CreateHistogram("flashdiffusion.batch.size", "{sample}", "Samples that took a step together.", null, BatchSizes);
        _cancelLatency = Meter.CreateHistogram("flashdiffusion.cancel.latency", "s", "Time from a cancellation to its place being free.", null, StepSeconds);
        _etaError = Meter.CreateHistogram("flashdiffusion.estimator.eta_error", "1", "Relative error of the first ETA, actual over estimated, minus 1.", null, EtaErrors);
        _accepted = Meter.CreateCounter<long>("flashdiffusion.requests.accepted", "{request}", "Requests taken on; each ends once, however it ends.");
        _rejected = Meter.CreateCounter<long>("flashdiffusion.requests.rejected", "{request}", "Requests refused at once, and estimates and degradations that failed.");
        _stalled = Meter.CreateCounter<long>("flashdiffusion.stream.stalled", "{stream}", "Streams and answers whose client stopped reading and was let go.");
        _detached = Meter.CreateCounter<long>("flashdiffusion.requests.detached", "{request}", "Reconstructions that went on after their last stream broke; how they end is counted too.");
        _shortened = Meter.CreateCounter<long>("flashdiffusion.requests.shortened", "{request}", "Reconstructions that a deadline had cut and that were cut once more while they ran.");
        _resumed = Meter.CreateCounter<long>("flashdiffusion.resume.count", "{resume}", "Reconstructions that went on from a checkpoint.");
        _steps = Meter.CreateCounter<long>("flashdiffusion.steps", "{step}", "Steps run, by requests that ended.");
        _calls = Meter.CreateCounter<long>("flashdiffusion.network.calls", "{call}", "Network evaluations on single samples, by requests that ended.");
        _abandoned = Meter.CreateCounter<long>("flashdiffusion.threads.abandoned", "{thread}", "Threads given up because a call hung.");
        _coalesced = Meter.CreateCounter<long>("flashdiffusion.stream.coalesced", "{message}", "Progress events replaced by newer ones before they were read.");
    }

    /// <summary>The source of spans.</summary>
    public ActivitySource Source { get; }

    /// <summary>The meter.</summary>
    public Meter Meter { get; }

    /// <summary>What became of requests, by model and solver.</summary>
    public RequestTally Tally { get; } = new();

    /// <summary>Makes gauges of what the devices of an engine have to do.</summary>
    /// <param name="labels">Names of the devices.</param>
    /// <param name="loops">The devices.</param>
    public void Observe(IReadOnlyList<string> labels, IReadOnlyList<DeviceLoop> loops)
    {
        Gauge("flashdiffusion.queue.length", "{request}", "Requests accepted that have not taken a step yet.", loop => loop.Load.Queued);
        Gauge("flashdiffusion.slots.active", "{sample}", "Samples under way.", loop => loop.Load.Running);
        Gauge("flashdiffusion.queue.work", "{step}", "Steps that all of them still need.", loop => loop.Load.Steps);
        Gauge("flashdiffusion.tensors.live", "{tensor}", "Tensors alive on the device thread.", loop => loop.LiveTensors);

        void Gauge(string name, string unit, string description, Func<DeviceLoop, long> value) => Meter.CreateObservableGauge(
            name,
            () => loops.Select((loop, i) => new Measurement<long>(value(loop), new KeyValuePair<string, object?>("device", labels[i]))),
            unit,
            description);
    }

    /// <summary>A request was taken on.</summary>
    public void RecordAccepted() => _accepted.Add(1);

    /// <summary>A request reached the device.</summary>
    public void RecordQueue(string solver, double seconds) => _queueDuration.Record(seconds, Solver(solver));

    /// <summary>A request's start was decided.</summary>
    public void RecordStart(string solver, double? severity, int timestep, int steps)
    {
        if (severity is { } value && double.IsFinite(value))
        {
            _severity.Record(value, Solver(solver));
        }

        _startTimestep.Record(timestep, Solver(solver));
        _requestSteps.Record(steps, Solver(solver));
    }

    /// <summary>A request took its first step.</summary>
    public void RecordFirstLatent(string solver, double seconds) => _firstLatent.Record(seconds, Solver(solver));

    /// <summary>A unit of work went over the device.</summary>
    public void RecordUnit(string device, string stage, string kind, int batch, double seconds)
    {
        TagList tags = new() { { "device", device }, { "stage", stage }, { "kind", kind }, { "batch", Bucket(batch) } };
        _stepDuration.Record(seconds, tags);
        _batchSize.Record(batch, new("stage", stage), new("kind", kind));
    }

    /// <summary>A request ended.</summary>
    public void RecordRequest(string solver, SessionOutcome outcome, double seconds) =>
        _requestDuration.Record(seconds, Solver(solver), new("outcome", outcome.ToString()));

    /// <summary>A client stopped reading and was let go.</summary>
    public void RecordStalled() => _stalled.Add(1);

    /// <summary>A call hung, and its thread was given up.</summary>
    /// <param name="kind">Whose code it was: <c>solver</c>, <c>operator</c>, <c>model</c> or <c>plugin</c>.</param>
    /// <param name="name">Its name.</param>
    public void RecordAbandoned(string kind, string name) => _abandoned.Add(1, new("part", kind), new KeyValuePair<string, object?>("name", name));

    /// <summary>A reconstruction goes on although its last stream broke.</summary>
    public void RecordDetached() => _detached.Add(1);

    /// <summary>A reconstruction takes fewer steps than it had announced, for the first time.</summary>
    public void RecordShortened(string solver) => _shortened.Add(1, Solver(solver));

    /// <summary>A reconstruction goes on from a checkpoint.</summary>
    public void RecordResume(bool exact) => _resumed.Add(1, new KeyValuePair<string, object?>("exactness", exact ? "exact" : "tolerance"));

    /// <summary>Makes a gauge of whether new requests should come here.</summary>
    public void ObserveReadiness(Func<bool> isReady) =>
        Meter.CreateObservableGauge("flashdiffusion.server.ready", () => isReady() ? 1 : 0, "{server}", "1 where new requests should come, else 0.");

    /// <summary>Makes a gauge of the load contexts of plugins.</summary>
    public void ObserveContexts(Func<int> contexts) =>
        Meter.CreateObservableGauge("flashdiffusion.solver.contexts", contexts, "{context}", "Load contexts of solver plugins.");

    /// <summary>Shows from when and until when clients can connect over TLS: whether an end is near depends on how long the certificate lives.</summary>
    /// <param name="begin">Seconds since 1970.</param>
    /// <param name="end">Seconds since 1970.</param>
    public void ObserveCertificate(Func<long> begin, Func<long> end)
    {
        Meter.CreateObservableGauge("flashdiffusion.tls.certificate.begin", begin, "s", "Begin of the certificate in use, since 1970.");
        Meter.CreateObservableGauge("flashdiffusion.tls.certificate.end", end, "s", "End of the certificate in use, since 1970.");
    }

    /// <summary>A request that took steps ended: what it cost here, as its result says.</summary>
    public void RecordCost(string solver, int steps, StepCost calls, int severityEncoder)
    {
        _steps.Add(steps, Solver(solver));
        ReadOnlySpan<(string Network, int Calls)> networks =
        [
            ("unet_forward", calls.UNetForward), ("unet_backward", calls.UNetBackward), ("decoder_forward", calls.DecoderForward),
            ("decoder_backward", calls.DecoderBackward), ("encoder_forward", calls.EncoderForward), ("severity_encoder", severityEncoder),
        ];
        foreach (var (network, count) in networks)
        {
            _calls.Add(count, Solver(solver), new("network", network));
        }
    }

    /// <summary>A request was refused, or failed where it is no reconstruction yet or none at all.</summary>
    public void RecordRejection(RejectionReason reason) => _rejected.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    /// <summary>A cancelled request's place is free.</summary>
    public void RecordCancel(double seconds) => _cancelLatency.Record(seconds);

    /// <summary>Progress events were replaced unread.</summary>
    public void RecordCoalesced(int events) => _coalesced.Add(events);

    /// <summary>A request ended that had been given an ETA.</summary>
    public void RecordEta(double estimated, double actual) => _etaError.Record((actual / estimated) - 1);

    /// <summary>Emits a span that is already over: nothing on the device thread ever runs inside an open one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="parent">Its parent.</param>
    /// <param name="start">When it began.</param>
    /// <param name="end">When it ended.</param>
    /// <param name="events">What happened in it.</param>
    /// <param name="tags">What it says; with an <c>error.type</c> that is not null it failed.</param>
    public void Span(string name, ActivityContext parent, DateTimeOffset start, DateTimeOffset end, IEnumerable<ActivityEvent> events, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        Span(name, parent, start, end, events, [], tags);

    /// <summary>The same, with links to spans of others that it shared the device with.</summary>
    public void Span(
        string name,
        ActivityContext parent,
        DateTimeOffset start,
        DateTimeOffset end,
        IEnumerable<ActivityEvent> events,
        IEnumerable<ActivityLink> links,
        params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!Source.HasListeners())
        {
            return;
        }

        var current = Activity.Current;
        Activity.Current = null;
        using (var span = Source.StartActivity(name, ActivityKind.Internal, parent, links: links, startTime: start))
        {
            foreach (var (key, value) in tags)
            {
                span?.SetTag(key, value);
                if (key == ErrorType && value is not null)
                {
                    span?.SetStatus(ActivityStatusCode.Error);
                }
            }

            foreach (var happened in span is null ? [] : events)
            {
                span!.AddEvent(happened);
            }

            span?.SetEndTime(end.UtcDateTime);
        }

        Activity.Current = current;
    }

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();

    private static KeyValuePair<string, object?> Solver(string name) => new("solver", name);

    private static string Bucket(int batch) => batch switch
    {
        1 => "1",
        2 => "2",
        <= 4 => "3-4",
        <= 8 => "5-8",
        <= 16 => "9-16",
        _ => "17+",
    };
}
