using System.Collections.Immutable;

namespace FlashDiffusion.Models.Operators.Official;

/// <summary>The research code's blur widths for a severity t in [0, 1].</summary>
internal static class OfficialBlurLevel
{
    private const double SmallestStd = 0.3;

    /// <summary>From 0.3 at t = 0 to the largest at t = 1, in float32 as the research code's tensor t makes it.</summary>
    public static double Linear(float t, double largest) => (t * (float)(largest - SmallestStd)) + (float)SmallestStd;

    /// <summary>Linear interpolation in a table of (t, std), constant beyond its ends.</summary>
    public static double FromTable(float t, ImmutableArray<(double Severity, double Std)> table)
    {
        if (t <= table[0].Severity)
        {
            return table[0].Std;
        }

        for (var i = 1; i < table.Length; i++)
        {
            if (t <= table[i].Severity)
            {
                var (from, to) = (table[i - 1], table[i]);
                return from.Std + ((to.Std - from.Std) / (to.Severity - from.Severity) * (t - from.Severity));
            }
        }

        return table[^1].Std;
    }
}
