using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using FlashDiffusion.Engine.Telemetry;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace FlashDiffusion.Server.Telemetry;

/// <summary>
/// Duration of every call, and what its span says of its end, by the RPC semantic conventions. As middleware, because interceptors do not see calls that end before
/// their handler: messages that are too large, unknown methods.
/// </summary>
internal sealed partial class RpcMetrics
{
    private static readonly double[] Buckets = [.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
    private readonly Histogram<double> _duration;
    private readonly TimeProvider _time;

    public RpcMetrics(FlashDiffusionTelemetry telemetry, TimeProvider time)
    {
        _time = time;
        _duration = telemetry.Meter.CreateHistogram(
            "rpc.server.call.duration", "s", "Duration of calls; of a streaming call the whole stream.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets });
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var start = _time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            _ = GrpcAnswer.StatusOf(context, out var code);
            Record(context, code, _time.GetElapsedTime(start));
        }
    }

    private void Record(HttpContext context, StatusCode code, TimeSpan elapsed)
    {
        var known = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method;
        var status = UpperSnake().Replace(code.ToString(), "_$1").ToUpperInvariant();
        var tags = new TagList
        {
            { "rpc.system.name", "grpc" },
            // Unknown paths come from outside: as values they would grow without bound.
            { "rpc.method", known is null ? "_OTHER" : known.FullName.TrimStart('/') },
            { "rpc.status_code", status },
        };
        if (code != StatusCode.OK)
        {
            tags.Add(FlashDiffusionTelemetry.ErrorType, status);
            // HTTP says 200 of it.
            Activity.Current?.SetStatus(ActivityStatusCode.Error);
        }

        _duration.Record(elapsed.TotalSeconds, tags);
        foreach (var (name, value) in tags)
        {
            Activity.Current?.SetTag(name, value);
        }
    }

    [GeneratedRegex("(?<=[a-z])([A-Z])")]
    private static partial Regex UpperSnake();
}
