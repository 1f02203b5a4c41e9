using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>The one source of spans and the one meter of the product.</summary>
internal sealed class FlashDiffusionTelemetry : IDisposable
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "FlashDiffusion";

    /// <param name="meters">Makes the meter.</param>
    public FlashDiffusionTelemetry(IMeterFactory meters)
    {
        Meter = meters.Create(Name);
        Source = new ActivitySource(Name, typeof(FlashDiffusionTelemetry).Assembly.GetName().Version?.ToString(3));
    }

    /// <summary>The source of spans.</summary>
    public ActivitySource Source { get; }

    /// <summary>The meter.</summary>
    public Meter Meter { get; }

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();
}
