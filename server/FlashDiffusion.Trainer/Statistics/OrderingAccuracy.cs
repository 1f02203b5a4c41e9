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

    /// <summary>
    /// Half the mean squared difference between the order matrix of the predictions and that of the levels, as the paper's code has it:
    /// an entry is 0 where the row's value is above the column's, else 1, and 0 on the diagonal. Both halves of the matrix count, so that
    /// predictions that are equal cost, too.
    /// </summary>
    /// <param name="severities">Predicted severities of one clean picture, by ascending level.</param>
    public static double Loss(ReadOnlySpan<double> severities)
    {
        var wrong = 0;
        for (var row = 0; row < severities.Length; row++)
        {
            for (var column = 0; column < severities.Length; column++)
            {
                var predicted = row != column && severities[row] <= severities[column];
                wrong += predicted == row < column ? 0 : 1;
            }
        }

        return 0.5 * wrong / (severities.Length * severities.Length);
    }
}
