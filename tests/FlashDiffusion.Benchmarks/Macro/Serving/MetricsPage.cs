using System.Globalization;
using System.Text.RegularExpressions;

namespace FlashDiffusion.Benchmarks.Macro.Serving;

/// <summary>What a server's metrics said at a moment.</summary>
/// <param name="text">The page, as Prometheus reads it.</param>
internal sealed partial class MetricsPage(string text)
{
    private readonly (string Name, string Labels, double Value)[] _series =
    [
        .. Line().Matches(text).Select(line => (line.Groups["name"].Value, line.Groups["labels"].Value, double.Parse(line.Groups["value"].Value, CultureInfo.InvariantCulture))),
    ];

    /// <summary>Sum of all series of a name; 0 if there is none, as before a counter's first event.</summary>
    /// <param name="name">The name.</param>
    /// <param name="label">A label that they must have, as <c>stage="Step"</c>; empty for all.</param>
    public double Sum(string name, string label = "") => _series.Where(series => series.Name == name && series.Labels.Contains(label, StringComparison.Ordinal)).Sum(series => series.Value);

    /// <summary>Counts of a histogram's buckets, cumulative, by their upper ends in ascending order; the last end is infinite.</summary>
    /// <param name="name">Its name without <c>_bucket</c>.</param>
    public SortedDictionary<double, double> Buckets(string name)
    {
        var buckets = new SortedDictionary<double, double>();
        foreach (var (_, labels, value) in _series.Where(series => series.Name == $"{name}_bucket"))
        {
            var end = Bucket().Match(labels).Groups["end"].Value is var text && text == "+Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);
            buckets[end] = buckets.GetValueOrDefault(end) + value;
        }

        return buckets;
    }

    // The exporter adds the time of the scrape to each line.
    [GeneratedRegex(@"^(?<name>[a-z_]+)(?:\{(?<labels>[^}]*)\})? (?<value>\S+)(?: \d+)?$", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("le=\"(?<end>[^\"]+)\"")]
    private static partial Regex Bucket();
}
