using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// What callers are told: when a sample will be done if others go on arriving as they did lately. Promises and deadlines do not go by it, since they
/// are kept whoever arrives. Device loop only.
/// </summary>
/// <param name="etas">Makes forecasts.</param>
/// <param name="time">Clock.</param>
internal sealed class ArrivalForecast(EtaEstimator etas, TimeProvider time)
{
    private readonly RecentArrivals _arrivals = new(time.TimestampFrequency);

    /// <summary>Takes note of a sample that begins.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="joins">Whether others are under way.</param>
    public void Arrive(Sample sample, bool joins) => _arrivals.Add(EtaEstimator.Remember(sample), time.GetTimestamp(), joins);

    /// <summary>Nothing is under way.</summary>
    public void Rest() => _arrivals.Rest(time.GetTimestamp());

    /// <summary>When a sample will be done, at the latest its deadline; null if nothing of its model was ever measured.</summary>
    /// <param name="sample">The sample; not among the others.</param>
    /// <param name="others">Samples under way on its device.</param>
    public StatedEta? Of(Sample sample, IReadOnlyCollection<Sample> others)
    {
        ForecastWork[] work = [.. others.Append(sample).Select(etas.WorkOf)];
        if (!Forecast.Completions(work).TryGetValue(sample.Id, out var alone))
        {
            return null;
        }

        var seconds = Beside(etas, _arrivals, time.GetTimestamp(), sample.Id, alone, work);
        var left = sample.DueAt is { } due ? Math.Max(0, time.GetElapsedTime(time.GetTimestamp(), due).TotalSeconds) : double.PositiveInfinity;
        return new StatedEta(Math.Min(seconds, left), Math.Min(alone, left));
    }

    /// <summary>When a sample will be done if others arrive.</summary>
    /// <param name="etas">Sees who is expected as the forecast does.</param>
    /// <param name="arrivals">Who arrived lately.</param>
    /// <param name="now">Timestamp of this moment.</param>
    /// <param name="id">Number of the sample.</param>
    /// <param name="alone">Seconds until it is done if nobody does.</param>
    /// <param name="work">All samples under way, itself too.</param>
    /// <returns>Seconds, at least <paramref name="alone"/>.</returns>
    public static double Beside(EtaEstimator etas, RecentArrivals arrivals, long now, long id, double alone, IReadOnlyCollection<ForecastWork> work)
    {
        var rate = arrivals.Rate(now);
        if (rate <= 0)
        {
            return alone;
        }

        var (past, next) = (arrivals.Mixed(), work.Max(item => item.Id) + 1);
        var like = new Func<long, double, ForecastWork>[past.Length];
        var later = new LaterArrivals(rate, (number, at) => (like[number % past.Length] ??= etas.Expect(past[number % past.Length]))(next + number, at));
        return Math.Max(alone, Forecast.Completion(id, work, later) ?? alone);
    }
}
