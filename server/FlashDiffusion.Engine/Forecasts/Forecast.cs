namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// When a sample will be done, from the work that is known: groups take turns, and within a group the first samples share a batch.
/// It plays the schedule forward from one completion to the next, so it costs about (samples x groups) operations.
/// </summary>
internal static class Forecast
{
    /// <summary>Seconds until every sample is done, by number; samples whose step time is unknown are left out.</summary>
    /// <param name="work">All samples that wait or run.</param>
    /// <param name="maximumBatch">Largest batch.</param>
    public static Dictionary<long, double> Completions(IEnumerable<ForecastWork> work, int maximumBatch)
    {
        var groups = work.Where(item => item.StepSeconds(1) is not null)
            .GroupBy(item => item.Group)
            .Select(group => group.OrderBy(item => item.Id).Select(item => (Item: item, Left: item.RemainingSteps)).ToList())
            .ToList();
        var completions = new Dictionary<long, double>();
        var clock = 0.0;
        while (groups.Count > 0)
        {
            // Finish what has no steps left; each last decode holds up everybody else.
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
            if (groups.Count == 0)
            {
                break;
            }

            var batches = groups.Select(group => Math.Min(group.Count, maximumBatch)).ToArray();
            var rounds = groups.Select((group, g) => group.Take(batches[g]).Min(entry => entry.Left)).Min();
            clock += rounds * groups.Select((group, g) => group.Take(batches[g]).Average(entry => entry.Item.StepSeconds(batches[g]) ?? 0)).Sum();
            for (var g = 0; g < groups.Count; g++)
            {
                for (var row = 0; row < batches[g]; row++)
                {
                    groups[g][row] = (groups[g][row].Item, groups[g][row].Left - rounds);
                }
            }
        }

        return completions;
    }
}
