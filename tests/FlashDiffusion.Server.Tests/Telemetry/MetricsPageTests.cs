using System.Diagnostics.Metrics;
using System.Globalization;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Tests.Pages;
using FlashDiffusion.Server.Tests.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace FlashDiffusion.Server.Tests.Telemetry;

/// <summary>What a scrape of the whole server shows, against the tables of <c>deploy/README.md</c>. Servers of one process share what they show: nothing else runs meanwhile.</summary>
[Collection(AloneCollection.Name)]
public sealed class MetricsPageTests : IAsyncLifetime
{
    private InProcessServer? _server;
    private IReadOnlyList<Instrument> _instruments = [];
    private IReadOnlyList<ExposedMetric> _scraped = [];

    public async ValueTask InitializeAsync()
    {
        _server = await InProcessServer.StartAsync();
        var telemetry = _server.Services.GetRequiredService<FlashDiffusionTelemetry>();
        // As the start of the engine does, which this server has been spared.
        telemetry.Observe([], []);
        telemetry.ObserveContexts(() => 1);
        _instruments = Instruments.Of(telemetry);
        foreach (var instrument in _instruments)
        {
            Instruments.Touch(instrument);
        }

        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri(_server.Metrics, "/metrics"), TestContext.Current.CancellationToken);
        _scraped = [.. ExposedMetric.Read(page).Where(metric => metric.Name != "target_info" && !metric.Name.StartsWith("dotnet_", StringComparison.Ordinal))];
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    [Fact]
    public void Metrics_NamesKindsAndUnits_AreThoseOfThePage()
    {
        var page = OperatorPage.Table("metric", "kind", "unit", "labels", "what it is").Select(row => $"{OperatorPage.Name(row[0])} {row[1]} {OperatorPage.Name(row[2])}");

        Assert.Equal(_instruments.Count, _instruments.Select(instrument => instrument.Description).Distinct().Count());
        Assert.Equal(_instruments.Count, _scraped.Count);
        var own = _scraped.Select(metric => $"{metric.Name} {metric.Kind} {_instruments.Single(instrument => instrument.Description == metric.Help).Unit}");
        Assert.Equal(own.Order(StringComparer.Ordinal), page.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Metrics_BucketsOfHistograms_AreThoseOfThePage()
    {
        var page =
            from row in OperatorPage.Table("histograms", "upper bounds of the buckets")
            from name in row[0].Split(", ")
            select $"{OperatorPage.Name(name)}: {row[1]}";

        var own = _scraped.Where(metric => metric.Kind == "histogram").Select(metric => $"{metric.Name}: {string.Join(", ", metric.Buckets.Select(bound => bound.ToString(CultureInfo.InvariantCulture)))}");
        Assert.Equal(own.Order(StringComparer.Ordinal), page.Order(StringComparer.Ordinal));
    }

    // Prometheus' own conventions: the base unit and what a counter is stand at the end of the name.
    [Fact]
    public void Metrics_InPrometheus_CarryTheirUnitWhereItIsLookedFor() => Assert.All(_scraped, metric =>
    {
        var unit = _instruments.Single(instrument => instrument.Description == metric.Help).Unit;
        Assert.Equal(metric.Kind == "counter", metric.Name.EndsWith("_total", StringComparison.Ordinal));
        Assert.Equal(unit == "s", metric.Name.Contains("_seconds", StringComparison.Ordinal));
        Assert.Equal(unit == "By", metric.Name.Contains("_bytes", StringComparison.Ordinal));
    });
}
