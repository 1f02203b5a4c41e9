using System.Collections.Immutable;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>
/// The earliest deadline first, which takes those along that can share its unit. It jumps from one end of a run of equal steps to the next.
/// </summary>
/// <param name="seconds">What a unit of a lane with so many rows takes in which an operator has rows; the dearest of them counts.</param>
/// <param name="rows">Largest batch of a lane in which so many wait; null where nobody shares.</param>
internal sealed class Reserve(Func<LaneKey, int, string, double> seconds, Func<LaneKey, int, int>? rows) : IReserve
{
    /// <inheritdoc/>
    public ReservePlay Play(IReadOnlyCollection<ReservedWork> work)
    {
        var completions = new Dictionary<long, double>(work.Count);
        var units = ImmutableArray.CreateBuilder<ReservedUnits>();
        var entries = work.OrderBy(item => item.Left).ThenBy(item => item.Id).Select(item => new ReserveEntry(item)).ToList();
        var clock = 0.0;
        while (entries.Count > 0)
        {
            var unit = Unit(entries);
            var calls = unit.Min(entry => entry.Calls);
            units.Add(new ReservedUnits(unit[0].Lane, [.. unit.Select(entry => new ReservedRow(entry.Id, entry.CallsLeft))], calls));
            clock += calls * unit.Max(entry => seconds(entry.Lane, unit.Count, entry.Operator));
            foreach (var entry in unit)
            {
                if (!entry.Take(calls))
                {
                    completions[entry.Id] = clock;
                    entries.Remove(entry);
                }
            }
        }

        return new ReservePlay(completions, units.ToImmutable());
    }

    private List<ReserveEntry> Unit(List<ReserveEntry> inOrder)
    {
        var lane = inOrder[0].Lane;
        if (rows is null)
        {
            return [inOrder[0]];
        }

        var sharing = inOrder.FindAll(entry => entry.Lane == lane);
        var most = Math.Max(1, rows(lane, sharing.Count));
        return sharing.Count <= most ? sharing : sharing.GetRange(0, most);
    }
}
