namespace FlashDiffusion.Engine.Forecasts;

/// <summary>One point of a step-time curve.</summary>
/// <param name="Rows">Rows of the batch, from 1 to <see cref="Configuration.EngineOptions.LargestBatch"/>.</param>
/// <param name="Seconds">What such a unit took lately in seconds, above 0: an exponential mean.</param>
/// <param name="Count">Units measured, at least 1.</param>
internal readonly record struct CurvePoint(int Rows, double Seconds, long Count)
{
    /// <summary>The mean unit of several points of the same size.</summary>
    /// <param name="points">At least one; the rows are those of the first.</param>
    public static CurvePoint Mean(IEnumerable<CurvePoint> points) => points.Aggregate((mean, point) =>
        new CurvePoint(mean.Rows, mean.Seconds + ((point.Seconds - mean.Seconds) * point.Count / (mean.Count + point.Count)), mean.Count + point.Count));
}
