namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// When a sample will be done, from the work that is known: groups take turns, within a group the first samples share a batch, and
/// lower classes wait. It plays the schedule forward from one completion to the next, so it costs about (samples x groups) operations.
/// What arrives later, and may overtake, is not foreseen.
/// </summary>
internal static class Forecast
{
    /// <summary>Seconds until every sample is done, by number; samples whose step time is unknown are left out.</summary>
    /// <param name="work">All samples that wait or run.</param>
    public static Dictionary<long, double> Completions(IEnumerable<ForecastWork> work)
    {
        var groups = work.Where(item => item.StepSeconds(1) is not null)
            .GroupBy(item => item.Group)
            .Select(group => group.OrderByDescending(item => item.Class).ThenBy(item => item.Rank).ThenBy(item => item.Id)
                .Select(item => (Item: item, Left: item.RemainingSteps)).ToList())
            .ToList();
        var completions = new Dictionary<long, double>();
        var clock = 0.0;
        while (true)
        {
            clock = Finish(groups, completions, clock);
            if (groups.Count == 0)
            {
                return completions;
            }

            var highest = groups.Max(group => group[0].Item.Class);
            var active = groups.Where(group => group[0].Item.Class == highest).ToArray();
            var batches = active.Select(group => Math.Clamp(group[0].Item.MaximumBatch(group.Count), 1, group.Count)).ToArray();
            var rounds = active.Select((group, g) => group.Take(batches[g]).Min(entry => entry.Left)).Min();
            clock += rounds * active.Select((group, g) => group.Take(batches[g]).Average(entry => entry.Item.StepSeconds(batches[g]) ?? 0)).Sum();
            for (var g = 0; g < active.Length; g++)
            {
                for (var row = 0; row < batches[g]; row++)
                {
                    active[g][row] = (active[g][row].Item, active[g][row].Left - rounds);
                }
            }
        }
    }

    // What has no steps left is decoded, and each last decode holds up everybody else.
    private static double Finish(List<List<(ForecastWork Item, int Left)>> groups, Dictionary<long, double> completions, double clock)
    {
        foreach (var group in groups)
        {
            foreach (var (item, _) in group.Where(entry => entry.Left == 0))
            {
                clock += item.FinishSeconds;
                completions[item.Id] = clock;
            }

            group.RemoveAll(entry => entry.Left == 0);
        }

        groups.RemoveAll(group => group.Count == 0);
        return clock;
    }
}
