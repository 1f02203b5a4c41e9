using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Telemetry;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Server.Tests.Telemetry;

/// <summary>
/// The conventions by which instruments are named: OpenTelemetry's name for calls, a namespace of our own for the rest, units of UCUM with annotations in the
/// singular, none of them in a name, and explicit buckets.
/// </summary>
public sealed partial class MetricNamesTests : IDisposable
{
    private const string Calls = "rpc.server.call.duration";

    // OpenTelemetry's for calls end at 10 s; solves take longer.
    private static readonly double[] SolveSeconds = [.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
    private readonly TestMeterFactory _meters = new();
    private readonly FlashDiffusionTelemetry _telemetry;
    private readonly IReadOnlyList<Instrument> _instruments;

    public MetricNamesTests()
    {
        _telemetry = new FlashDiffusionTelemetry(_meters);
        _telemetry.Observe([], []);
        _telemetry.ObserveContexts(() => 1);
        _telemetry.ObserveReadiness(() => true);
        _telemetry.ObserveCertificate(() => 1, () => 2);
        _ = new RpcMetrics(_telemetry, TimeProvider.System);
        _instruments = Instruments.Of(_telemetry);
    }

    public void Dispose()
    {
        _telemetry.Dispose();
        _meters.Dispose();
    }

    [Theory]
    [InlineData(Calls, "s", "histogram")]
    [InlineData("flashdiffusion.request.queue.duration", "s", "histogram")]
    [InlineData("flashdiffusion.request.time_to_first_latent", "s", "histogram")]
    [InlineData("flashdiffusion.request.duration", "s", "histogram")]
    [InlineData("flashdiffusion.request.severity", "1", "histogram")]
    [InlineData("flashdiffusion.request.start_timestep", "1", "histogram")]
    [InlineData("flashdiffusion.request.steps", "{step}", "histogram")]
    [InlineData("flashdiffusion.step.duration", "s", "histogram")]
    [InlineData("flashdiffusion.batch.size", "{sample}", "histogram")]
    [InlineData("flashdiffusion.queue.length", "{request}", "gauge")]
    [InlineData("flashdiffusion.queue.work", "{step}", "gauge")]
    [InlineData("flashdiffusion.slots.active", "{sample}", "gauge")]
    [InlineData("flashdiffusion.requests.rejected", "{request}", "counter")]
    [InlineData("flashdiffusion.cancel.latency", "s", "histogram")]
    [InlineData("flashdiffusion.stream.coalesced", "{message}", "counter")]
    [InlineData("flashdiffusion.stream.stalled", "{stream}", "counter")]
    [InlineData("flashdiffusion.resume.count", "{resume}", "counter")]
    [InlineData("flashdiffusion.solver.contexts", "{context}", "gauge")]
    [InlineData("flashdiffusion.server.ready", "{server}", "gauge")]
    [InlineData("flashdiffusion.tls.certificate.begin", "s", "gauge")]
    [InlineData("flashdiffusion.tls.certificate.end", "s", "gauge")]
    [InlineData("flashdiffusion.estimator.eta_error", "1", "histogram")]
    public void Instrument_OfTheConvention_IsThereOnce(string name, string unit, string kind)
    {
        var instrument = Assert.Single(_instruments, instrument => instrument.Name == name);

        Assert.Equal((unit, kind), (instrument.Unit, KindOf(instrument)));
    }

    [Fact]
    public void Instruments_Names_AreInANamespaceAndHaveNoUnit() => Assert.All(_instruments, instrument =>
    {
        Assert.Matches(Name(), instrument.Name);
        Assert.DoesNotMatch(UnitInName(), instrument.Name);
        Assert.Matches(Unit(), instrument.Unit);
        Assert.False(string.IsNullOrWhiteSpace(instrument.Description), instrument.Name);
        Assert.Single(_instruments, other => other.Name == instrument.Name);
    });

    [Fact]
    public void Histograms_HaveBucketsOfTheirOwn_AndThoseOfSolvesReachTenMinutes()
    {
        Assert.All(_instruments.Where(instrument => KindOf(instrument) == "histogram"), histogram =>
        {
            var bounds = Assert.IsType<double[]>(Instruments.BucketsOf(histogram));
            Assert.True(bounds.Length >= 5 && bounds.SequenceEqual(bounds.Distinct().Order()), histogram.Name);
        });
        Assert.All(
            _instruments.Where(instrument => instrument.Unit == "s" && (instrument.Name == Calls || instrument.Name.StartsWith("flashdiffusion.request.", StringComparison.Ordinal))),
            histogram => Assert.Equal(SolveSeconds, Instruments.BucketsOf(histogram)));
    }

    private static string KindOf(Instrument instrument) => instrument switch
    {
        Histogram<double> or Histogram<int> => "histogram",
        Counter<long> => "counter",
        ObservableGauge<long> or ObservableGauge<int> => "gauge",
        _ => instrument.GetType().Name,
    };

    [GeneratedRegex(@"^(rpc\.server|flashdiffusion(\.[a-z]+)?)\.[a-z_]+(\.[a-z_]+)*$")]
    private static partial Regex Name();

    [GeneratedRegex(@"(^|[._])(s|ms|seconds?|milliseconds?|bytes?|ratio|percent|total)($|[._])")]
    private static partial Regex UnitInName();

    // An annotation in the plural would end in s.
    [GeneratedRegex(@"^(s|1|By|\{[a-z]*[a-rt-z]\})$")]
    private static partial Regex Unit();
}
