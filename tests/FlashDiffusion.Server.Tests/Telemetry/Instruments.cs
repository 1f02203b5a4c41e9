using System.Diagnostics.Metrics;
using FlashDiffusion.Engine.Telemetry;

namespace FlashDiffusion.Server.Tests.Telemetry;

/// <summary>Instruments that a meter has.</summary>
internal static class Instruments
{
    /// <summary>Those of the server's own telemetry.</summary>
    public static IReadOnlyList<Instrument> Of(FlashDiffusionTelemetry telemetry)
    {
        var found = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter, telemetry.Meter))
                {
                    found.Add(instrument);
                }
            },
        };
        listener.Start();
        return found;
    }

    /// <summary>Makes it show something; what is observed shows itself.</summary>
    public static void Touch(Instrument instrument)
    {
        switch (instrument)
        {
            case Histogram<double> histogram:
                histogram.Record(1);
                break;
            case Histogram<int> histogram:
                histogram.Record(1);
                break;
            case Counter<long> counter:
                counter.Add(1);
                break;
            default:
                Assert.True(instrument.IsObservable, $"{instrument.Name} is of a kind that this test does not know.");
                break;
        }
    }

    /// <summary>Bounds of a histogram's buckets; null of anything else, and of one that leaves them to the library.</summary>
    public static double[]? BucketsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries is { } bounds ? [.. bounds] : null,
        Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries is { } bounds ? [.. bounds.Select(bound => (double)bound)] : null,
        _ => null,
    };
}
