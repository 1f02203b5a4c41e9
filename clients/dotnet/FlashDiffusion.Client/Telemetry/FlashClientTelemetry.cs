using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FlashDiffusion.Client;

/// <summary>
/// What a client tells OpenTelemetry. Listen with <c>AddSource(FlashClientTelemetry.ActivitySourceName)</c> and
/// <c>AddMeter(FlashClientTelemetry.MeterName)</c>; nothing is measured while nobody listens. Pictures and request ids are in none of it.
/// </summary>
/// <remarks>
/// Spans: <c>flashdiffusion.reconstruct</c> from the call to the result, with the plan as tags and an event <c>resumed</c> for every resume; below it one
/// <c>flashdiffusion.reconstruct.attempt</c> for every stream, which is the parent of what the server traces (W3C trace context).
/// Metrics: <c>flashdiffusion.client.reconstruction.duration</c> (s), <c>flashdiffusion.client.reconstruction.time_to_first_progress</c> (s),
/// <c>flashdiffusion.client.reconstructions.active</c> ({reconstruction}), <c>flashdiffusion.client.stream.breaks</c> ({break}) and
/// <c>flashdiffusion.client.call.duration</c> (s, every other call). What failed has <c>error.type</c>, the name of its gRPC status.
/// </remarks>
public static class FlashClientTelemetry
{
    /// <summary>Name of the source of spans.</summary>
    public const string ActivitySourceName = "FlashDiffusion.Client";

    /// <summary>Name of the source of metrics.</summary>
    public const string MeterName = "FlashDiffusion.Client";

    private static readonly Meter Meter = new(MeterName);

    // From a catalog call to a thousand steps on a processor.
    private static readonly InstrumentAdvice<double> Seconds =
        new() { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] };

    internal static ActivitySource Source { get; } = new(ActivitySourceName);

    internal static Histogram<double> ReconstructionDuration { get; } = Meter.CreateHistogram(
        "flashdiffusion.client.reconstruction.duration", "s", "Time from the call to the result, resumes included.", null, Seconds);

    internal static Histogram<double> TimeToFirstProgress { get; } = Meter.CreateHistogram(
        "flashdiffusion.client.reconstruction.time_to_first_progress", "s", "Time from the call to the first progress event.", null, Seconds);

    internal static UpDownCounter<long> Active { get; } = Meter.CreateUpDownCounter<long>(
        "flashdiffusion.client.reconstructions.active", "{reconstruction}", "Reconstructions that are followed now.");

    internal static Counter<long> Breaks { get; } = Meter.CreateCounter<long>(
        "flashdiffusion.client.stream.breaks", "{break}", "Streams that broke, whether or not another one went on.");

    internal static Histogram<double> CallDuration { get; } = Meter.CreateHistogram(
        "flashdiffusion.client.call.duration", "s", "Time of a call that has one answer.", null, Seconds);
}
