namespace FlashDiffusion.Cli.Bench;

/// <summary>Times of many requests, in seconds, by nearest rank: each is a time that really occurred.</summary>
internal sealed record Percentiles(double P50, double P90, double P99, double Max)
{
    /// <returns>Null for no times.</returns>
    public static Percentiles? Of(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Select(time => time.TotalSeconds).Order().ToArray();
        return sorted.Length == 0 ? null : new Percentiles(At(sorted, 0.5), At(sorted, 0.9), At(sorted, 0.99), sorted[^1]);
    }

    private static double At(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
