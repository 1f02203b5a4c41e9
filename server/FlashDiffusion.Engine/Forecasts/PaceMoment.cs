namespace FlashDiffusion.Engine.Forecasts;

/// <summary>What <see cref="Pace"/> says at one moment. Immutable, for any thread.</summary>
/// <param name="Factor">By what the time of units is multiplied, at least 1.</param>
/// <param name="SquareSeconds">Mean square of the seconds by which a unit is late.</param>
/// <param name="SquareShare">The same of the share of its own length.</param>
/// <param name="WorstSeconds">The most that one was late lately.</param>
/// <param name="WorstShare">The same as a share.</param>
internal readonly record struct PaceMoment(double Factor, double SquareSeconds, double SquareShare, double WorstSeconds, double WorstShare)
{
    /// <summary>Standard deviations that are kept for chance.</summary>
    private const double Deviations = 3;

    /// <summary>Units take what they are said to.</summary>
    public static PaceMoment Exact { get; } = new(1, 0, 0, 0, 0);

    /// <summary>By how much longer work may take by chance, at least once as much as the worst unit lately; seconds.</summary>
    /// <param name="seconds">What it is to take.</param>
    /// <param name="unit">What one of its units is to take.</param>
    public double Chance(double seconds, double unit) => unit <= 0
        ? 0
        : Math.Max(Deviations * Math.Sqrt(Math.Min(SquareSeconds, SquareShare * unit * unit) * seconds / unit), Math.Min(WorstSeconds, WorstShare * unit));
}
