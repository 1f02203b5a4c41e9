namespace FlashDiffusion.Deploy.Tests.Server;

/// <summary>An instrument of the server.</summary>
/// <param name="Name">As the source names it.</param>
/// <param name="Kind">The call that makes it.</param>
/// <param name="Unit">Its unit.</param>
internal sealed record ServerMetric(string Name, string Kind, string Unit)
{
    /// <summary>Whether it is a histogram.</summary>
    public bool IsHistogram => Kind == "CreateHistogram";

    /// <summary>Its name in Prometheus, without what a histogram adds.</summary>
    public string PrometheusName => Name.Replace('.', '_') + (Unit, Kind) switch
    {
        (_, "CreateCounter") => "_total",
        ("s", _) => "_seconds",
        ("By", _) => "_bytes",
        // Histograms of pure numbers keep their name; seen at /metrics of a running server.
        ("1", "CreateObservableGauge" or "Gauge") => "_ratio",
        _ => "",
    };

    /// <summary>The names of its series.</summary>
    public IEnumerable<string> Series => IsHistogram ? [PrometheusName + "_bucket", PrometheusName + "_sum", PrometheusName + "_count"] : [PrometheusName];
}
