namespace FlashDiffusion.Models.Operators.Separable;

/// <summary>Which pixel stands for a position outside the picture.</summary>
internal static class AxisBorder
{
    /// <summary>Mirror at the edge pixel's centre: d c b | a b c d | c b a. Any distance; a single pixel repeats.</summary>
    public static int Reflect(int position, int length)
    {
        if (length == 1)
        {
            return 0;
        }

        var period = 2 * (length - 1);
        var p = ((position % period) + period) % period;
        return p < length ? p : period - p;
    }

    /// <summary>Mirror at the picture's edge: c b a | a b c d | d c b. Any distance.</summary>
    public static int Symmetric(int position, int length)
    {
        var period = 2 * length;
        var p = ((position % period) + period) % period;
        return p < length ? p : period - 1 - p;
    }
}
