namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// Work that a forecast expects to arrive while it plays: evenly spaced, each at the time at which at least as many of a Poisson process have come in
/// half of all cases. No more than <see cref="Most"/>, beyond which nobody can say: so where work arrives faster than it is done, a forecast ends.
/// </summary>
/// <param name="rate">Arrivals a second, above 0.</param>
/// <param name="make">Makes the one of a number, that arrives at so many seconds from now.</param>
internal sealed class LaterArrivals(double rate, Func<int, double, ForecastWork> make)
{
    /// <summary>Arrivals foreseen.</summary>
    public const int Most = 64;

    // The median of the k-th arrival's time is close to (k - 1/3) mean intervals.
    private const double First = 2.0 / 3;

    private int _count;

    /// <summary>Seconds from now until the next one; infinite after the last.</summary>
    public double Next => _count < Most ? (_count + First) / rate : double.PositiveInfinity;

    /// <summary>The next one.</summary>
    public ForecastWork Take()
    {
        var at = Next;
        return make(_count++, at);
    }
}
