using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// Who arrived lately, to guess who will while somebody is served: as many a second, each like one of these. Device loop only.
/// </summary>
/// <param name="frequency">Timestamps a second.</param>
internal sealed class RecentArrivals(long frequency)
{
    /// <summary>Arrivals remembered.</summary>
    public const int Kept = 32;

    /// <summary>Arrivals that say nothing about how many come yet.</summary>
    public const int Fewest = 8;

    private readonly Queue<(PastArrival Arrival, long At, long BusyAt, bool Joined)> _kept = new(Kept);
    private long _rested;
    private long? _restsSince;

    /// <summary>Takes note of one.</summary>
    /// <param name="arrival">What it is.</param>
    /// <param name="now">Timestamp of this moment.</param>
    /// <param name="joins">Whether others are under way.</param>
    public void Add(PastArrival arrival, long now, bool joins)
    {
        if (_kept.Count == Kept)
        {
            _kept.Dequeue();
        }

        (_rested, _restsSince) = (_rested + (now - (_restsSince ?? now)), null);
        _kept.Enqueue((arrival, now, now - _rested, joins));
    }

    /// <summary>Nobody is under way until the next one arrives.</summary>
    /// <param name="now">Timestamp of this moment.</param>
    public void Rest(long now) => _restsSince ??= now;

    /// <summary>Those remembered, so ordered that each few of them in a row are short and long ones: the golden section of their order by length.</summary>
    public ImmutableArray<PastArrival> Mixed()
    {
        const double Section = 0.6180339887498949;
        PastArrival[] byLength = [.. _kept.Select(kept => kept.Arrival).OrderBy(arrival => arrival.Steps)];
        return [.. byLength.Select((_, i) => byLength[(int)((i + 1) * Section % 1 * byLength.Length)])];
    }

    /// <summary>
    /// Arrivals a second beside somebody who is served, 0 or more; 0 until <see cref="Fewest"/> came. It is the least of three or four guesses, each of
    /// which is right where arrivals know nothing of each other: how many of the last few came in the time since, so that it falls when nobody comes
    /// any more after a flood; the same of more of them; and how many came while others were under way, in the time that anybody was, which is nothing
    /// for a caller who waits for each result before the next request.
    /// </summary>
    /// <param name="now">Timestamp of this moment.</param>
    public double Rate(long now)
    {
        if (_kept.Count < Fewest)
        {
            return 0;
        }

        var busy = now - _rested - (now - (_restsSince ?? now)) - _kept.Peek().BusyAt;
        var rate = _kept.Skip(1).Count(kept => kept.Joined) / Seconds(busy);
        var (left, since) = (_kept.Count, _kept.Select(kept => kept.At).ToArray());
        for (; left >= Fewest; left /= 2)
        {
            rate = Math.Min(rate, (left - 1) / Seconds(now - since[^left]));
        }

        return rate;
    }

    private double Seconds(long ticks) => (double)Math.Max(1, ticks) / frequency;
}
