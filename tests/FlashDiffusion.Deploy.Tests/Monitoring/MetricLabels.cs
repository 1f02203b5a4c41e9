using System.Text.RegularExpressions;
using FlashDiffusion.Deploy.Tests.Server;

namespace FlashDiffusion.Deploy.Tests.Monitoring;

/// <summary>
/// Which labels metrics have, by the table of the page for operators, which a test of the server holds against what it records; and which values those have that the
/// server itself chooses.
/// </summary>
internal static partial class MetricLabels
{
    // What Prometheus adds itself, in Kubernetes too.
    private static readonly HashSet<string> Everywhere = ["instance", "job", "namespace", "pod"];

    private static readonly Dictionary<string, HashSet<string>> Documented = Row().Matches(DeployFolder.Read("README.md"))
        .ToDictionary(match => match.Groups["name"].Value, match => LabelsIn(match.Groups["labels"].Value));

    private static readonly Dictionary<string, IReadOnlySet<string>> Values = new()
    {
        ["outcome"] = ServerSourceTests.Outcomes,
        ["reason"] = ServerSourceTests.Reasons,
        ["stage"] = ServerSource.Members("FlashDiffusion.Engine/Scheduling/Stage.cs"),
        ["rpc_status_code"] = new HashSet<string>
        {
            "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
        },
    };

    /// <summary>Labels of a series.</summary>
    public static IReadOnlySet<string> Of(string series)
    {
        var metric = ServerSource.Metrics.SingleOrDefault(own => own.Series.Contains(series));
        HashSet<string> labels = metric is null ? [] : [.. Documented[metric.PrometheusName]];
        labels.UnionWith(Everywhere);
        if (series.EndsWith("_bucket", StringComparison.Ordinal))
        {
            labels.Add("le");
        }

        return labels;
    }

    /// <summary>What a query says of labels and values that is not so.</summary>
    public static IEnumerable<string> FaultsOf(string query) =>
    [
        .. from metric in PromQl.MetricsOf(query)
           from label in PromQl.GroupsOf(query)
           where !Of(metric).Contains(label)
           select $"{metric} has no label {label} to group by.",
        .. PromQl.Comparisons(query).Where(compared => !Of(compared.Metric).Contains(compared.Label)).Select(compared => $"{compared.Metric} has no label {compared.Label}."),
        .. from compared in PromQl.Comparisons(query)
           where !Everywhere.Contains(compared.Label) && !(Values.GetValueOrDefault(compared.Label)?.Contains(compared.Value) ?? false)
           select $"{compared.Label} is never known to be '{compared.Value}'.",
    ];

    private static HashSet<string> LabelsIn(string cell) => [.. Aside().Replace(cell, "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    [GeneratedRegex(@"^\| `(?<name>(flashdiffusion|rpc)_\w+)` \| (gauge|histogram|counter) \| `[^`]+` \|(?<labels>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Aside();
}
