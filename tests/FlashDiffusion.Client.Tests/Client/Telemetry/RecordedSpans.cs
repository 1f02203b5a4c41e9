using System.Collections.Concurrent;
using System.Diagnostics;

namespace FlashDiffusion.Client.Tests.Client.Telemetry;

/// <summary>Spans of the client below one of the test's own, so that tests that run beside do not matter.</summary>
internal sealed class RecordedSpans : IDisposable
{
    private readonly ActivitySource _source = new($"tests.{Guid.NewGuid()}");
    private readonly ConcurrentQueue<Activity> _stopped = new();
    private readonly ActivityListener _listener;

    public RecordedSpans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == FlashClientTelemetry.ActivitySourceName || source == _source,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        Test = _source.StartActivity("test")!;
    }

    /// <summary>The test's own span, current since the start.</summary>
    public Activity Test { get; }

    public IReadOnlyList<Activity> Named(string name) => [.. _stopped.Where(span => span.OperationName == name && span.TraceId == Test.TraceId)];

    public void Dispose()
    {
        Test.Dispose();
        _listener.Dispose();
        _source.Dispose();
    }
}
