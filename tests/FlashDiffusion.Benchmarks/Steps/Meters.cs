using System.Diagnostics.Metrics;

namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>Makes meters that nobody listens to, as in a server without an exporter.</summary>
internal sealed class Meters : IMeterFactory
{
    private readonly List<Meter> _meters = [];

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose() => _meters.ForEach(meter => meter.Dispose());
}
