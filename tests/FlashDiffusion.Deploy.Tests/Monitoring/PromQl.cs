using System.Text.RegularExpressions;

namespace FlashDiffusion.Deploy.Tests.Monitoring;

/// <summary>What a query names. No parser: it takes out everything that is no metric.</summary>
internal static partial class PromQl
{
    /// <summary>Names of the metrics of a query.</summary>
    public static IReadOnlySet<string> MetricsOf(string query)
    {
        if (LabelValues().Match(query) is { Success: true } values)
        {
            return new HashSet<string> { values.Groups[1].Value };
        }

        var bare = Grouping().Replace(Brackets().Replace(Text().Replace(query, ""), ""), "");
        return Name().Matches(bare).Select(match => match.Value).Where(name => name is not ("or" or "and" or "unless" or "offset" or "bool")).ToHashSet();
    }

    /// <summary>What a query compares labels with: the metric, the label, and its value or the alternatives of a regular expression.</summary>
    public static IEnumerable<(string Metric, string Label, string Value)> Comparisons(string query) =>
        from selector in Selector().Matches(query)
        from matcher in Matcher().Matches(selector.Groups["matchers"].Value)
        from value in matcher.Groups["value"].Value.Split('|')
        select (selector.Groups["metric"].Value, matcher.Groups["label"].Value, value);

    /// <summary>The labels that a query groups by.</summary>
    public static IReadOnlySet<string> GroupsOf(string query) =>
        GroupedBy().Matches(query).SelectMany(match => match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToHashSet();

    [GeneratedRegex(@"\b(?<metric>[a-zA-Z_:][\w:]*)\{(?<matchers>[^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex("(?<label>\\w+)\\s*(=~|!~|!=|=)\\s*\"(?<value>[^\"]*)\"")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")]
    private static partial Regex GroupedBy();

    [GeneratedRegex(@"^label_values\((\w+),")]
    private static partial Regex LabelValues();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Text();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\b[a-zA-Z_:][\w:]*\b(?!\s*\()")]
    private static partial Regex Name();
}
