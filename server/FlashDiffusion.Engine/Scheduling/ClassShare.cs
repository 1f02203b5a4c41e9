namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Rows of a step that work of lower classes may have: those that would stay empty. Where a row more takes as long as a step of its own, as on a few cores,
/// none would: a step filled with others takes many times as long as the step that the work of the highest class waits for.
/// </summary>
internal static class ClassShare
{
    /// <summary>Share by which the others may make the step longer: as much as its time swings anyway.</summary>
    private const double Slack = 0.1;

    /// <summary>How many of the rows that were dealt take the step together.</summary>
    /// <param name="rows">Class of each row, the highest first.</param>
    /// <param name="seconds">What a unit of so many rows takes; null if unknown.</param>
    /// <returns>All, if they are of one class or times are unknown; never fewer than those of the highest class.</returns>
    public static int Rows(IReadOnlyList<Priority> rows, Func<int, double?> seconds)
    {
        var own = rows.TakeWhile(priority => priority == rows[0]).Count();
        if (own == rows.Count || seconds(own) is not { } alone)
        {
            return rows.Count;
        }

        var taken = rows.Count;
        while (taken > own && seconds(taken) is { } together && together > alone * (1 + Slack))
        {
            taken--;
        }

        return taken;
    }
}
