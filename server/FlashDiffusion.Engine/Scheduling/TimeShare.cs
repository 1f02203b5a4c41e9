namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Keeps the time of a batch fair. Rows beyond one of each caller make the step longer for all of them, so no caller's step may take longer than it
/// would if all callers of the batch took turns alone, each with the rows that it has in it: who has a single request loses no more than its share of
/// the time to who has a hundred. At least half of the rows stay: what a few rows take alone is not measured while nobody is alone, and when the
/// machine has become slower since, small batches would look unfair too, and cost far more than they are worth.
/// </summary>
internal static class TimeShare
{
    /// <summary>How many of the rows that were dealt take the step together.</summary>
    /// <param name="rows">Whose each row is, as they were dealt.</param>
    /// <param name="seconds">What a unit of so many rows takes; null if unknown.</param>
    /// <returns>All, if one caller has them or times are unknown; never fewer than half, nor than it takes for each caller to have one.</returns>
    public static int Rows(IReadOnlyList<CallerKey> rows, Func<int, double?> seconds)
    {
        var counts = new Dictionary<CallerKey, int>();
        var least = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            least = counts.TryAdd(rows[row], 0) ? row + 1 : least;
            counts[rows[row]]++;
        }

        least = Math.Max(least, (rows.Count + 1) / 2);
        var taken = rows.Count;
        for (; taken > least && !IsFair(taken, counts, seconds); taken--)
        {
            counts[rows[taken - 1]]--;
        }

        return taken;
    }

    private static bool IsFair(int rows, Dictionary<CallerKey, int> counts, Func<int, double?> seconds) =>
        counts.Count == 1
        || seconds(rows) is not { } together
        || seconds(counts.Values.Min()) is not { } alone
        || together <= counts.Count * alone * (1 + 1e-9);
}
