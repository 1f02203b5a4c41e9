namespace FlashDiffusion.Benchmarks.Macro.Statistics;

/// <summary>A straight line through points.</summary>
/// <param name="Slope">Slope.</param>
/// <param name="Intercept">Value at zero.</param>
/// <param name="RSquared">Share of the variance that the line explains.</param>
/// <param name="SlopeError">Standard error of the slope, from the residuals.</param>
internal readonly record struct LinearFit(double Slope, double Intercept, double RSquared, double SlopeError)
{
    /// <summary>Least squares; at least three points.</summary>
    public static LinearFit Of(IReadOnlyList<(double X, double Y)> points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points.Count, 3);
        var (meanX, meanY) = (points.Average(point => point.X), points.Average(point => point.Y));
        var squaresX = points.Sum(point => Square(point.X - meanX));
        var squaresY = points.Sum(point => Square(point.Y - meanY));
        var slope = points.Sum(point => (point.X - meanX) * (point.Y - meanY)) / squaresX;
        var intercept = meanY - (slope * meanX);
        var left = points.Sum(point => Square(point.Y - intercept - (slope * point.X)));
        return new LinearFit(slope, intercept, squaresY > 0 ? 1 - (left / squaresY) : 1, Math.Sqrt(left / (points.Count - 2) / squaresX));
    }

    private static double Square(double value) => value * value;
}
