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

    /// <summary>Values that a query compares a label with, the alternatives of a regular expression one by one.</summary>
    public static IEnumerable<string> ValuesOf(string query, string label) =>
        Regex.Matches(query, $"\\b{label}=~?\"([^\"]*)\"").SelectMany(match => match.Groups[1].Value.Split('|'));

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
