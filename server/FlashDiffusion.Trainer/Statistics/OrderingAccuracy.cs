namespace FlashDiffusion.Trainer.Statistics;

/// <summary>
/// Share of the pairs of levels that predicted severities put in the right order, as the paper's code counts it: a pair is
/// right when the lower level's severity is not above the higher one's.
/// </summary>
internal static class OrderingAccuracy
{
    /// <param name="severities">Predicted severities of one clean picture, by ascending level.</param>
    public static double Of(ReadOnlySpan<double> severities)
    {
        int right = 0, pairs = 0;
        for (var low = 0; low < severities.Length; low++)
        {
            for (var high = low + 1; high < severities.Length; high++)
            {
                pairs++;
                right += severities[low] <= severities[high] ? 1 : 0;
            }
        }

        return (double)right / pairs;
    }
}
