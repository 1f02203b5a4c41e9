using System.Globalization;
using System.Text.RegularExpressions;

namespace FlashDiffusion.Server.Tests.Telemetry;

/// <summary>A metric as Prometheus is told of it.</summary>
/// <param name="Name">Its name, without what a histogram's series add.</param>
/// <param name="Kind"><c>gauge</c>, <c>counter</c> or <c>histogram</c>.</param>
/// <param name="Help">What it is.</param>
/// <param name="Buckets">Upper bounds of its buckets but the last; empty if it has none.</param>
internal sealed partial record ExposedMetric(string Name, string Kind, string Help, double[] Buckets)
{
    /// <summary>All of a page in Prometheus' text format.</summary>
    public static IReadOnlyList<ExposedMetric> Read(string page) =>
    [
        .. Declaration().Matches(page).Select(match => new ExposedMetric(match.Groups["name"].Value, match.Groups["kind"].Value, match.Groups["help"].Value, BucketsOf(page, match.Groups["name"].Value))),
    ];

    private static double[] BucketsOf(string page, string name) =>
    [
        .. Bucket().Matches(page).Where(match => match.Groups["name"].Value == name).Select(match => match.Groups["bound"].Value).Where(bound => bound != "+Inf")
            .Select(bound => double.Parse(bound, CultureInfo.InvariantCulture)).Distinct().Order(),
    ];

    [GeneratedRegex(@"^# TYPE (?<name>\w+) (?<kind>\w+)\n(# UNIT .*\n)?# HELP \k<name> (?<help>.*)$", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^(?<name>\w+)_bucket\{[^}]*\ble=""(?<bound>[^""]+)""\}", RegexOptions.Multiline)]
    private static partial Regex Bucket();
}
