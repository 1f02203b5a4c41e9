using System.Text.Json.Nodes;

namespace FlashDiffusion.Benchmarks.Macro.Statistics;

/// <summary>A figure that was measured several times.</summary>
/// <param name="Median">The figure.</param>
/// <param name="Low">Lower quartile.</param>
/// <param name="High">Upper quartile.</param>
/// <param name="Count">Measurements.</param>
internal readonly record struct Spread(double Median, double Low, double High, int Count)
{
    /// <summary>Median and quartiles of values, at least one.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread(Quantiles.OfSorted(sorted, 0.5), Quantiles.OfSorted(sorted, 0.25), Quantiles.OfSorted(sorted, 0.75), sorted.Length);
    }

    public JsonObject ToJson() => new() { ["median"] = Median, ["low"] = Low, ["high"] = High, ["count"] = Count };
}
