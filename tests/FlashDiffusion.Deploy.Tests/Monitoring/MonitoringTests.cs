using System.Text.Json;
using System.Text.RegularExpressions;
using FlashDiffusion.Deploy.Tests.Manifests;
using FlashDiffusion.Deploy.Tests.Server;

namespace FlashDiffusion.Deploy.Tests.Monitoring;

/// <summary>Alerts, dashboard and autoscalers ask for what the server exports: a query for a name that is not there is silent for ever.</summary>
public sealed partial class MonitoringTests
{
    private static readonly IReadOnlyList<object> Alerts = [.. YamlTree.List(YamlTree.Documents(DeployFolder.Read("prometheus/alerts.yaml")).Single(), "groups").SelectMany(group => YamlTree.List(group, "rules"))];

    public static TheoryData<string> Queries => [.. AllQueries().Distinct()];

    public static TheoryData<string> AlertNames => [.. Alerts.Select(alert => (string)YamlTree.At(alert, "alert")!)];

    [Theory]
    [MemberData(nameof(Queries))]
    public void Query_NamesOnlyWhatTheServerExports(string query)
    {
        var metrics = PromQl.MetricsOf(query);
        Assert.NotEmpty(metrics);
        Assert.All(metrics, metric => Assert.True(IsExported(metric), $"No instrument of the server is called {metric}."));
        Assert.Empty(MetricLabels.FaultsOf(query));
    }

    [Theory]
    [InlineData("sum by (solver) (flashdiffusion_queue_work)")]
    [InlineData("flashdiffusion_queue_work{solver=\"psld\"}")]
    [InlineData("histogram_quantile(0.5, sum by (le) (flashdiffusion_queue_work))")]
    [InlineData("flashdiffusion_batch_size_sum{stage=\"Steps\"}")]
    [InlineData("flashdiffusion_request_duration_seconds_count{outcome=~\"Completed|Failed\"}")]
    [InlineData("flashdiffusion_requests_rejected_total{reason!=\"Full\"}")]
    [InlineData("rpc_server_call_duration_seconds_count{rpc_status_code=\"Internal\"}")]
    [InlineData("rate(flashdiffusion_steps_total{instance=~\"$instance\", kind=\"guided\"}[5m])")]
    [InlineData("flashdiffusion_step_duration_seconds_count{kind=\"nobody says which there are\"}")]
    public void Query_WithAPlantedLabelOrValue_IsNoticed(string query) => Assert.NotEmpty(MetricLabels.FaultsOf(query));

    [Fact]
    public void Dashboard_Legends_NameLabelsThatTheirQueriesKeep() => Assert.All(DashboardTargets(), target =>
    {
        var kept = PromQl.GroupsOf(target.Query) is { Count: > 0 } groups ? groups : MetricLabels.Of(PromQl.MetricsOf(target.Query).Single());
        Assert.Subset(kept.ToHashSet(), Placeholder().Matches(target.Legend).Select(match => match.Groups[1].Value).ToHashSet());
    });

    [Theory]
    [InlineData("sum(flashdiffusion_queue_works)")]
    [InlineData("rate(flashdiffusion_request_duration_count[5m])")]
    [InlineData("histogram_quantile(0.5, sum by (le) (rate(flashdiffusion_batch_sizes_bucket{a=\"b\"}[5m])))")]
    public void Query_WithAPlantedName_IsNoticed(string query) => Assert.Contains(PromQl.MetricsOf(query), metric => !IsExported(metric));

    [Fact]
    public void PromQl_FindsTheMetrics_AndNothingElse() => Assert.Equal(
        new HashSet<string> { "a_total", "b", "c_bucket" },
        PromQl.MetricsOf("1 - sum by (x, y) (rate(a_total{z=\"or b_total\"}[5m])) / (1000 * b offset 6h) or histogram_quantile(0.95, sum without (le) (c_bucket)) > bool 3").ToHashSet());

    [Theory]
    [MemberData(nameof(AlertNames))]
    public void Alert_HasATestThatFires_AndOneThatIsSilent_AndAParagraphForTheOperator(string alert)
    {
        var cases = YamlTree.List(YamlTree.Documents(DeployFolder.Read("prometheus/alerts.test.yaml")).Single(), "tests")
            .SelectMany(test => YamlTree.List(test, "alert_rule_test"))
            .Where(test => (string)YamlTree.At(test, "alertname")! == alert)
            .ToList();
        Assert.Contains(cases, test => YamlTree.List(test, "exp_alerts").Any());
        Assert.Contains(cases, test => !YamlTree.List(test, "exp_alerts").Any());
        Assert.Contains($"### {alert}\n", DeployFolder.Read("README.md"), StringComparison.Ordinal);
    }

    // What the dashboard is for.
    [Theory]
    [InlineData("flashdiffusion_request_severity_bucket")]
    [InlineData("flashdiffusion_queue_work")]
    [InlineData("flashdiffusion_batch_size_sum")]
    [InlineData("flashdiffusion_request_time_to_first_latent_seconds_bucket")]
    [InlineData("flashdiffusion_request_start_timestep_sum")]
    public void Dashboard_Shows(string metric) => Assert.Contains(DashboardQueries(), query => PromQl.MetricsOf(query).Contains(metric));

    private static bool IsExported(string metric) =>
        ServerSource.Metrics.Any(own => own.Series.Contains(metric))
        // Prometheus' own, and one of OpenTelemetry's runtime instrumentation, seen at /metrics of a running server.
        || metric is "up" or "dotnet_process_memory_working_set_bytes";

    private static IEnumerable<string> AllQueries() =>
    [
        .. Alerts.Select(alert => (string)YamlTree.At(alert, "expr")!),
        .. DashboardQueries(),
        (string)YamlTree.At(Manifest.Load("kubernetes/components/autoscaling/scaledobject.yaml").Single().Tree, "spec", "triggers", 0, "metadata", "query")!,
        (string)YamlTree.At(Manifest.Load("kserve/inferenceservice.yaml").Single().Tree, "spec", "predictor", "autoScaling", "metrics", 0, "external", "metric", "query")!,
    ];

    private static List<(string Query, string Legend)> DashboardTargets()
    {
        using var dashboard = JsonDocument.Parse(DeployFolder.Read("compose/grafana/dashboards/flashdiffusion.json"));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .Select(target => (target.GetProperty("expr").GetString()!, target.GetProperty("legendFormat").GetString()!)),
        ];
    }

    private static List<string> DashboardQueries()
    {
        using var dashboard = JsonDocument.Parse(DeployFolder.Read("compose/grafana/dashboards/flashdiffusion.json"));
        var root = dashboard.RootElement;
        return
        [
            .. DashboardTargets().Select(target => target.Query),
            .. root.GetProperty("templating").GetProperty("list").EnumerateArray().Select(variable => variable.GetProperty("query").GetProperty("query").GetString()!),
        ];
    }

    [GeneratedRegex(@"\{\{\s*(\w+)\s*\}\}")]
    private static partial Regex Placeholder();
}
