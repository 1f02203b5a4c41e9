namespace FlashDiffusion.Cli.Bench;

/// <summary>The load: it does not depend on how the server copes with it.</summary>
/// <param name="Rate">Requests a second, above 0.</param>
/// <param name="Count">Requests in all, at least 1.</param>
/// <param name="Arrivals">When they arrive.</param>
/// <param name="Seed">Seed of the arrivals and, plus the request's number, of each reconstruction.</param>
/// <param name="Patience">How long after the last arrival answers are waited for.</param>
internal sealed record BenchPlan(double Rate, int Count, Arrivals Arrivals, ulong Seed, TimeSpan Patience)
{
    /// <summary>Times of arrival from the start, ascending; the first is 0.</summary>
    public IReadOnlyList<TimeSpan> Times()
    {
        var random = new Random((int)(Seed % int.MaxValue));
        var times = new TimeSpan[Count];
        for (var i = 1; i < Count; i++)
        {
            // The gaps of a Poisson process are exponential.
            var gap = Arrivals == Arrivals.Even ? 1 : -Math.Log(1 - random.NextDouble());
            times[i] = times[i - 1] + TimeSpan.FromSeconds(gap / Rate);
        }

        return times;
    }
}
