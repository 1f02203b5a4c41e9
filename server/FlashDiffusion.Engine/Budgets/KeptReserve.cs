using System.Collections.Immutable;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>
/// The schedule that kept every promise when it was last looked at, without what was done since. Who needs fewer calls than planned, or is there no more,
/// leaves holes in it, behind which nobody is later than before; made anew from the earliest deadline on, a schedule may then be longer, since
/// who ran ahead shares no steps any longer.
/// </summary>
/// <param name="units">That schedule.</param>
/// <param name="seconds">What a unit of a lane with so many rows takes in which an operator has rows; the dearest of them counts.</param>
/// <param name="others">For those who came since: after everything else.</param>
internal sealed class KeptReserve(ImmutableArray<ReservedUnits> units, Func<LaneKey, int, string, double> seconds, IReserve others) : IReserve
{
    /// <inheritdoc/>
    public ReservePlay Play(IReadOnlyCollection<ReservedWork> work)
    {
        var planned = Planned();
        var left = work.Where(item => planned.TryGetValue(item.Id, out var calls) && item.CallsLeft <= calls).ToDictionary(item => item.Id, item => item.CallsLeft);
        var operators = work.ToDictionary(item => item.Id, item => item.Operator);
        var completions = new Dictionary<long, double>(work.Count);
        var played = ImmutableArray.CreateBuilder<ReservedUnits>(units.Length);
        var clock = 0.0;
        foreach (var unit in units)
        {
            // Who needs fewer of these units than planned needs the last of them.
            var needs = unit.Rows.Select(row => (row.Id, Calls: left.GetValueOrDefault(row.Id) - (row.CallsLeft - unit.Calls))).Where(row => row.Calls > 0).ToList();
            while (needs.Count > 0)
            {
                var most = needs.Max(row => row.Calls);
                var next = needs.Where(row => row.Calls < most).Select(row => row.Calls).DefaultIfEmpty(0).Max();
                var rows = needs.FindAll(row => row.Calls == most);
                played.Add(new ReservedUnits(unit.Lane, [.. rows.Select(row => new ReservedRow(row.Id, left[row.Id]))], most - next));
                clock += (most - next) * rows.Max(row => seconds(unit.Lane, rows.Count, operators[row.Id]));
                foreach (var row in rows)
                {
                    left[row.Id] -= most - next;
                    completions[row.Id] = clock;
                }

                needs = next == 0 ? [] : [.. needs.Select(row => (row.Id, Math.Min(row.Calls, next)))];
            }
        }

        var later = others.Play([.. work.Where(item => !left.ContainsKey(item.Id))]);
        foreach (var (id, completion) in later.Completions)
        {
            completions[id] = clock + completion;
        }

        return new ReservePlay(completions, [.. played, .. later.Units]);
    }

    private Dictionary<long, int> Planned()
    {
        var planned = new Dictionary<long, int>();
        foreach (var row in units.SelectMany(unit => unit.Rows))
        {
            planned.TryAdd(row.Id, row.CallsLeft);
        }

        return planned;
    }
}
