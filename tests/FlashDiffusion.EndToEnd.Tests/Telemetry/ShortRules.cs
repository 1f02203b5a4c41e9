using System.Text.RegularExpressions;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Telemetry;

/// <summary>The shipped alert rules with every time in seconds instead of minutes and hours: names, labels and conditions are theirs.</summary>
internal static partial class ShortRules
{
    /// <summary>What is measured over minutes is measured over this here; a scrape a second lies in it six times.</summary>
    private const string Window = "6s";

    private static readonly string Shipped = File.ReadAllText(Path.Combine(Checkout.Root, "deploy", "prometheus", "alerts.yaml"));

    /// <summary>Names of all alerts.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Name().Matches(Shipped).Select(match => match.Groups[1].Value)];

    /// <summary>The rules. An alert fires at once; what is slow is slow after a few tenths of a second.</summary>
    public static string Text { get; } = Seconds().Replace(Windows().Replace(For().Replace(Shipped, ""), Window), "$1 > 0.3");

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\s+for: \w+\n", RegexOptions.Multiline)]
    private static partial Regex For();

    [GeneratedRegex(@"(?<=\[|offset )\d+[mh]")]
    private static partial Regex Windows();

    [GeneratedRegex(@"(histogram_quantile\(.*\)) > \d+")]
    private static partial Regex Seconds();
}
