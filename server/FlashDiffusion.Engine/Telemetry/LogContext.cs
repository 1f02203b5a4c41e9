using System.Diagnostics;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>Lets log lines that the device thread writes about a request carry the request's trace.</summary>
internal static class LogContext
{
    /// <summary>Lines belong to the trace until this is disposed of. No span comes of it.</summary>
    /// <param name="request">The request's span; nothing happens without one.</param>
    public static IDisposable? Of(ActivityContext request) =>
        request == default ? null : new Activity("log").SetParentId(request.TraceId, request.SpanId, request.TraceFlags).Start();
}
