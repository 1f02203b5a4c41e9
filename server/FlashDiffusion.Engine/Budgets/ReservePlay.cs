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
    /// <param name="margin">By what estimates are multiplied.</param>
    public double Overrun(IEnumerable<ReservedWork> work, double delay, double margin) =>
        work.Select(item => ((Completions[item.Id] + delay) * margin) - item.Left).DefaultIfEmpty(double.NegativeInfinity).Max();

    /// <summary>Seconds until a unit can run that nobody was promised: until the last is done of those who would be late behind it.</summary>
    /// <param name="unit">What it takes.</param>
    /// <param name="work">Promised samples.</param>
    /// <param name="margin">By what estimates are multiplied.</param>
    public double Wait(double unit, IEnumerable<ReservedWork> work, double margin) =>
        work.Where(item => (Completions[item.Id] + unit) * margin >= item.Left).Select(item => Completions[item.Id]).DefaultIfEmpty(0).Max();
}
