using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Telemetry;
using FlashDiffusion.Server.Tests.Pages;
using FlashDiffusion.Testing.Fakes;
using Microsoft.AspNetCore.Http;

namespace FlashDiffusion.Server.Tests.Telemetry;

/// <summary>What is recorded has the labels of the table in <c>deploy/README.md</c>, by which alerts and dashboard are checked.</summary>
public sealed partial class MetricLabelsTests : IDisposable
{
    private readonly TestMeterFactory _meters = new();
    private readonly FlashDiffusionTelemetry _telemetry;
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, HashSet<string>> _seen = [];

    public MetricLabelsTests()
    {
        _telemetry = new FlashDiffusionTelemetry(_meters);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _telemetry.Meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => See(instrument, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => See(instrument, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => See(instrument, tags));
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _telemetry.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task Labels_OfWhatIsRecorded_AreThoseOfThePage()
    {
        var page = OperatorPage.Table("metric", "kind", "unit", "labels", "what it is").ToDictionary(row => OperatorPage.Name(row[0]), row => Aside().Replace(row[3], ""));

        await RecordAsync();

        foreach (var (name, labels) in _seen)
        {
            var row = Assert.Single(page, row => Bare(row.Key) == name.Replace('.', '_'));
            Assert.Equal(row.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Order(), labels.Order());
        }

        // But for what the devices' gauges say, of which there are none here.
        var device = page.Where(row => row.Value.Trim() == "device").Select(row => row.Key).ToList();
        Assert.Equal(4, device.Count);
        Assert.Equal(page.Count - device.Count, _seen.Count);
    }

    // Everything that can be recorded, once.
    private async Task RecordAsync()
    {
        _telemetry.RecordAccepted();
        _telemetry.RecordQueue("s", 1);
        _telemetry.RecordStart("s", 0.1, 1, 1);
        _telemetry.RecordFirstLatent("s", 1);
        _telemetry.RecordUnit("cpu", "Step", "guided", 1, 1);
        _telemetry.RecordRequest("s", SessionOutcome.Completed, 1);
        _telemetry.RecordStalled();
        _telemetry.RecordAbandoned("solver", "s");
        _telemetry.RecordDetached();
        _telemetry.RecordShortened("s");
        _telemetry.RecordResume(exact: true);
        _telemetry.RecordCost("s", 1, default, 1);
        _telemetry.RecordRejection(RejectionReason.QueueFull);
        _telemetry.RecordCancel(1);
        _telemetry.RecordCoalesced(1);
        _telemetry.RecordEta(1, 1);
        _telemetry.ObserveContexts(() => 1);
        _telemetry.ObserveReadiness(() => true);
        _listener.RecordObservableInstruments();
        var context = new DefaultHttpContext();
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        await new RpcMetrics(_telemetry, TimeProvider.System).InvokeAsync(context, _ => Task.CompletedTask);
    }

    private void See(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_seen.TryGetValue(instrument.Name, out var labels))
        {
            _seen[instrument.Name] = labels = [];
        }

        foreach (var (label, _) in tags)
        {
            labels.Add(label.Replace('.', '_'));
        }
    }

    // Without what Prometheus' conventions add.
    private static string Bare(string name) => Suffix().Replace(name, "");

    [GeneratedRegex("(_seconds|_total)$")]
    private static partial Regex Suffix();

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Aside();
}
