using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// When a sample will be done, from the work that is known: groups take turns, those of smaller pictures more of them, those of a caller with many
/// groups fewer; within a group the first samples share a batch, dealt caller by caller, and lower classes wait. It plays the schedule forward from one completion to the next, so it costs about
/// (samples x groups x rows of a batch) operations. What arrives later, and may overtake, is foreseen only where it is said what to expect.
/// </summary>
internal static class Forecast
{
    /// <summary>Turns of a group in a round, at most: enough for every difference of size that a device can hold.</summary>
    private const int MostTurns = 1 << 16;

    /// <summary>Seconds until every sample is done, by number; samples whose step time is unknown are left out.</summary>
    /// <param name="work">All samples that wait or run.</param>
    public static Dictionary<long, double> Completions(IEnumerable<ForecastWork> work) => Play(work, null, null);

    /// <summary>Seconds until one sample is done if others arrive meanwhile; null if its step time is unknown.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="work">All samples that wait or run, itself too.</param>
    /// <param name="later">Who arrives.</param>
    public static double? Completion(long id, IEnumerable<ForecastWork> work, LaterArrivals later) =>
        Play(work, id, later).TryGetValue(id, out var seconds) ? seconds : null;

    private static Dictionary<long, double> Play(IEnumerable<ForecastWork> work, long? until, LaterArrivals? later)
    {
        var completions = new Dictionary<long, double>();
        var clock = 0.0;
        var groups = new List<ForecastGroup>();
        foreach (var group in work.Where(item => item.StepSeconds(1) is not null).GroupBy(item => item.Group))
        {
            var waiting = group.ToLookup(item => item.RemainingSteps > 0);
            clock = Finish(waiting[false], completions, clock, _ => 0);
            if (waiting[true].Any())
            {
                groups.Add(new ForecastGroup(waiting[true]));
            }
        }

        while (groups.Count > 0 && (until is not { } id || !completions.ContainsKey(id)))
        {
            while (later?.Next <= clock)
            {
                Join(groups, later.Take());
            }

            var (active, turns) = Round(groups);
            var rounds = int.MaxValue;
            for (var g = 0; g < active.Length; g++)
            {
                rounds = Math.Min(rounds, Math.Max(1, active[g].Shortest / turns[g]));
            }

            rounds = later is null ? rounds : Until(later.Next - clock, active, turns, rounds);
            for (var g = 0; g < active.Length; g++)
            {
                clock += active[g].Take(Math.Min(rounds * turns[g], active[g].Shortest));
            }

            ForecastWork[] done = [.. active.SelectMany(group => group.Finish(clock))];
            groups.RemoveAll(group => group.Count == 0);
            clock = Finish(done, completions, clock, item => groups.Where(group => group.Class >= item.Class).Sum(group => group.StepSeconds));
        }

        return completions;
    }

    private static void Join(List<ForecastGroup> groups, ForecastWork arrival)
    {
        if (arrival.RemainingSteps <= 0 || arrival.StepSeconds(1) is null)
        {
            return;
        }

        var index = groups.FindIndex(group => group.Key.Equals(arrival.Group));
        if (index < 0)
        {
            groups.Add(new ForecastGroup([arrival]));
        }
        else
        {
            groups[index] = groups[index].With(arrival);
        }
    }

    // Who arrives finds a place after the round that runs then.
    private static int Until(double seconds, ForecastGroup[] active, int[] turns, int most)
    {
        var round = 0.0;
        for (var g = 0; g < active.Length; g++)
        {
            round += turns[g] * active[g].StepSeconds;
        }

        return seconds < most * round ? Math.Max(1, (int)Math.Ceiling(seconds / round)) : most;
    }

    // Those of the highest class; and how often each gets a turn in a round, since a small one goes after each large one, and of one caller's many
    // one at a time.
    private static (ForecastGroup[] Active, int[] Turns) Round(List<ForecastGroup> groups)
    {
        if (groups.Count == 1)
        {
            return ([groups[0]], [1]);
        }

        var highest = groups.Max(group => group.Class);
        ForecastGroup[] active = [.. groups.Where(group => group.Class == highest).OrderByDescending(group => group.Elements)];
        var shares = new ForecastShares(active);
        var turns = new int[active.Length];
        for (var g = 0; g < active.Length; g++)
        {
            var behind = 0L;
            for (var larger = 0; larger < g && active[larger].Elements >= LaneScheduler.Large * active[g].Elements; larger++)
            {
                behind += turns[larger];
            }

            turns[g] = (int)Math.Clamp(shares.Turns(active[g], behind), 1, MostTurns);
        }

        return (active, turns);
    }

    // What has no steps left is decoded, and each last decode holds up everybody else. It waits for its turn: a unit of each group.
    private static double Finish(IEnumerable<ForecastWork> done, Dictionary<long, double> completions, double clock, Func<ForecastWork, double> turn)
    {
        foreach (var item in done)
        {
            clock += item.FinishSeconds;
            completions[item.Id] = clock + (item.FinishSeconds > 0 ? turn(item) : 0);
        }

        return clock;
    }
}
