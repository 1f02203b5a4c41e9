using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Engine.Tests.Telemetry;

/// <summary>Keeps every log line with the trace that it was written in.</summary>
internal sealed class TracedLog : ILogger
{
    public List<(ActivityTraceId Trace, string Text)> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add((Activity.Current?.TraceId ?? default, formatter(state, exception)));
}
