using System.Text.Json.Nodes;

namespace FlashDiffusion.Benchmarks.Macro.Statistics;

/// <summary>Mean of paired differences.</summary>
/// <param name="Mean">Mean over the pairs.</param>
/// <param name="StandardError">Its standard error; pairs count as independent.</param>
/// <param name="Count">Pairs.</param>
internal readonly record struct MeanDifference(double Mean, double StandardError, int Count)
{
    public static MeanDifference Of(IEnumerable<double> first, IEnumerable<double> second) => Of([.. first.Zip(second, (a, b) => a - b)]);

    /// <summary>The same of differences that are known.</summary>
    public static MeanDifference Of(double[] differences)
    {
        var mean = differences.Average();
        var squares = differences.Sum(difference => (difference - mean) * (difference - mean));
        return new MeanDifference(mean, Math.Sqrt(squares / Math.Max(1, differences.Length - 1) / differences.Length), differences.Length);
    }

    public JsonObject ToJson() => new() { ["mean"] = Mean, ["standard_error"] = StandardError, ["count"] = Count };
}
