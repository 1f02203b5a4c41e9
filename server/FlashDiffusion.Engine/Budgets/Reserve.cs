using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>
/// The schedule that promises can always fall back on: promised work alone, the earliest deadline first, which takes those along that can share its
/// unit. While it keeps every promise anything else may run; once it would not, its next unit must, and then it goes on keeping them, since what is
/// left of a schedule is a schedule. It jumps from one end of a run of equal steps to the next.
/// </summary>
/// <param name="seconds">What a unit of a lane with so many rows takes.</param>
/// <param name="rows">Largest batch of a lane in which so many wait; null where nobody shares.</param>
internal sealed class Reserve(Func<LaneKey, int, double> seconds, Func<LaneKey, int, int>? rows)
{
    /// <summary>Plays it to the end.</summary>
    /// <param name="work">Promised samples.</param>
    /// <returns>Seconds until each is done, by number.</returns>
    public Dictionary<long, double> Completions(IEnumerable<ReservedWork> work)
    {
        var completions = new Dictionary<long, double>();
        var entries = InOrder(work).Select(item => new ReserveEntry(item)).ToList();
        var clock = 0.0;
        while (entries.Count > 0)
        {
            var unit = Unit(entries, entry => entry.Lane);
            var calls = unit.Min(entry => entry.Calls);
            clock += calls * seconds(unit[0].Lane, unit.Count);
            foreach (var entry in unit)
            {
                if (!entry.Take(calls))
                {
                    completions[entry.Id] = clock;
                    entries.Remove(entry);
                }
            }
        }

        return completions;
    }

    /// <summary>Seconds until a unit can run that nobody was promised: until the last is done of those who would be late behind it.</summary>
    /// <param name="unit">What it takes.</param>
    /// <param name="work">Promised samples.</param>
    /// <param name="margin">By what estimates are multiplied.</param>
    public double Wait(double unit, IReadOnlyCollection<ReservedWork> work, double margin)
    {
        var completions = Completions(work);
        return work.Where(item => (completions[item.Id] + unit) * margin >= item.Left).Select(item => completions[item.Id]).DefaultIfEmpty(0).Max();
    }

    /// <summary>Its next unit.</summary>
    /// <param name="work">Promised samples, at least one.</param>
    public ReservedUnit First(IEnumerable<ReservedWork> work)
    {
        var unit = Unit([.. InOrder(work)], item => item.Runs[0].Lane);
        return new ReservedUnit(unit[0].Runs[0].Lane, [.. unit.Select(item => item.Id)]);
    }

    private static IEnumerable<ReservedWork> InOrder(IEnumerable<ReservedWork> work) => work.OrderBy(item => item.Left).ThenBy(item => item.Id);

    private List<T> Unit<T>(List<T> inOrder, Func<T, LaneKey> laneOf)
    {
        var lane = laneOf(inOrder[0]);
        if (rows is null)
        {
            return [inOrder[0]];
        }

        var sharing = inOrder.FindAll(item => laneOf(item) == lane);
        var most = Math.Max(1, rows(lane, sharing.Count));
        return sharing.Count <= most ? sharing : sharing.GetRange(0, most);
    }
}
