namespace FlashDiffusion.Engine.Scheduling;

/// <summary>
/// Rows that take a step together, as the scheduler chooses them and as the forecast expects it to: of those that were dealt, first the highest class's
/// and what lower ones may have beside it (<see cref="ClassShare"/>), then as many of these as callers allow each other (<see cref="TimeShare"/>), so that
/// the callers of rows that were left out count as nobody.
/// </summary>
internal static class RowShare
{
    /// <summary>How many of the rows that were dealt take the step together.</summary>
    /// <param name="rows">Class and caller of each row, as they were dealt: the highest class first.</param>
    /// <param name="seconds">What a unit of so many rows takes; null if unknown.</param>
    /// <returns>The first so many; all, if times are unknown.</returns>
    public static int Rows(IReadOnlyList<(Priority Class, CallerKey Caller)> rows, Func<int, double?> seconds)
    {
        var ofClasses = ClassShare.Rows([.. rows.Select(row => row.Class)], seconds);
        return TimeShare.Rows([.. rows.Take(ofClasses).Select(row => row.Caller)], seconds);
    }
}
