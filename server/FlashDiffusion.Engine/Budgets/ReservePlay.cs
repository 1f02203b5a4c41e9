using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>A schedule of promised work, played to its end.</summary>
/// <param name="Completions">Seconds until each sample is done, by number.</param>
/// <param name="Units">What runs, in turn; empty without work.</param>
internal sealed record ReservePlay(Dictionary<long, double> Completions, ImmutableArray<ReservedUnits> Units)
{
    /// <summary>Seconds by which the latest misses its deadline behind a unit; below 0 where none does.</summary>
    /// <param name="work">Whose deadlines count.</param>
    /// <param name="delay">What that unit takes; seconds.</param>
    /// <param name="latest">When one that is to be done after so many seconds is done at the latest.</param>
    public double Overrun(IEnumerable<ReservedWork> work, double delay, Func<ReservedWork, double, double> latest) =>
        work.Select(item => latest(item, Completions[item.Id] + delay) - item.Left).DefaultIfEmpty(double.NegativeInfinity).Max();

    /// <summary>Seconds until a unit can run that nobody was promised: until the last is done of those who would be late behind it.</summary>
    /// <param name="unit">What it takes.</param>
    /// <param name="work">Promised samples.</param>
    /// <param name="latest">When one that is to be done after so many seconds is done at the latest.</param>
    public double Wait(double unit, IEnumerable<ReservedWork> work, Func<ReservedWork, double, double> latest) =>
        work.Where(item => latest(item, Completions[item.Id] + unit) >= item.Left).Select(item => Completions[item.Id]).DefaultIfEmpty(0).Max();
}
