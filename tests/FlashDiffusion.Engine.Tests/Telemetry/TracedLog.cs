using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Engine.Tests.Telemetry;

/// <summary>Keeps every log line with the trace that it was written in.</summary>
internal sealed class TracedLog : ILogger<ReconstructionEngine>
{
    public ConcurrentQueue<(LogLevel Level, ActivityTraceId Trace, string Text)> Lines { get; } = [];

    /// <summary>Those of a trace that are errors or worse.</summary>
    public IEnumerable<string> ErrorsOf(ActivityTraceId trace) => Lines.Where(line => line.Level >= LogLevel.Error && line.Trace == trace).Select(line => line.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, Activity.Current?.TraceId ?? default, $"{formatter(state, exception)} {exception?.Message}"));
}
