namespace FlashDiffusion.Engine.Forecasts;

/// <summary>One point of a step-time curve.</summary>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Seconds">What such a unit took lately, an exponential mean.</param>
/// <param name="Count">Units measured.</param>
internal readonly record struct CurvePoint(int Rows, double Seconds, long Count)
{
    /// <summary>The mean unit of several points of the same size.</summary>
    public static CurvePoint Mean(IGrouping<int, CurvePoint> points) => points.Aggregate((mean, point) =>
        new CurvePoint(mean.Rows, mean.Seconds + ((point.Seconds - mean.Seconds) * point.Count / (mean.Count + point.Count)), mean.Count + point.Count));
}
