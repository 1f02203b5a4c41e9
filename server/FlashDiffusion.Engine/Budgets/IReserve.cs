namespace FlashDiffusion.Engine.Budgets;

/// <summary>
/// A schedule that promises can fall back on: promised work alone. While it keeps every promise anything else may run; once it would not, its next unit
/// must, and then it goes on keeping them, since what is left of a schedule is a schedule.
/// </summary>
internal interface IReserve
{
    /// <summary>Plays it to the end.</summary>
    /// <param name="work">Promised samples, as they stand.</param>
    ReservePlay Play(IReadOnlyCollection<ReservedWork> work);
}
