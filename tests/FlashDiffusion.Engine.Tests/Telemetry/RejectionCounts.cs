using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using FlashDiffusion.Engine.Telemetry;

namespace FlashDiffusion.Engine.Tests.Telemetry;

/// <summary>Counts refusals by their reason.</summary>
internal sealed class RejectionCounts : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _reasons = [];

    public RejectionCounts(FlashDiffusionTelemetry telemetry)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, telemetry.Meter) && instrument.Name == "flashdiffusion.requests.rejected")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            Assert.Equal(1, value);
            _reasons.Enqueue((string)tags[0].Value!);
        });
        _listener.Start();
    }

    /// <summary>The reasons, in order.</summary>
    public IReadOnlyList<string> Reasons => [.. _reasons];

    public void Dispose() => _listener.Dispose();
}
