namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// What a further row of a model's steps costs: from the peaks of two batches of different size, so that what is taken once, whatever the
/// rows, is not counted as a row's.
/// </summary>
/// <param name="Working">Shape of the pictures.</param>
/// <param name="LeastRows">Rows of the smaller batch.</param>
/// <param name="LeastPeak">Bytes that it needed at once.</param>
internal readonly record struct MemorySlope(PictureShape Working, int LeastRows, long LeastPeak)
{
    private int MostRows { get; init; } = LeastRows;

    private long MostPeak { get; init; } = LeastPeak;

    /// <summary>Bytes; 0 until two sizes were measured.</summary>
    public double BytesPerRow => MostRows > LeastRows ? Math.Max(0, (double)(MostPeak - LeastPeak) / (MostRows - LeastRows)) : 0;

    /// <summary>Takes another batch over; of equal ones the largest peak.</summary>
    public MemorySlope With(int rows, long peak)
    {
        var least = rows < LeastRows || (rows == LeastRows && peak > LeastPeak) ? this with { LeastRows = rows, LeastPeak = peak } : this;
        return rows > MostRows || (rows == MostRows && peak > MostPeak) ? least with { MostRows = rows, MostPeak = peak } : least;
    }
}
