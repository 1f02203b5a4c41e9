namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// How many rows of a kind of work fit into the device's memory: from the peak that was measured at warm-up, and from every time that
/// it did not suffice. Not thread-safe: the device loop owns it.
/// </summary>
/// <param name="bytes">The budget; null if only experience counts.</param>
internal sealed class MemoryBudget(long? bytes)
{
    /// <summary>Kinds kept; a client that sends every size there is must not fill the memory.</summary>
    private const int MaximumKeys = 4096;

    private readonly Dictionary<TimingKey, int> _tooMany = [];
    private readonly Dictionary<TimingKey, MeasuredRow> _measured = [];
    private readonly Dictionary<string, MeasuredRow> _largest = new(StringComparer.Ordinal);

    private readonly Dictionary<string, MemorySlope> _slopes = new(StringComparer.Ordinal);

    /// <summary>The budget.</summary>
    public long? Bytes => bytes;

    /// <summary>Takes over a measured peak.</summary>
    /// <param name="key">What ran.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="peak">Bytes that it needed at once, beyond what was there before.</param>
    /// <param name="alone">
    /// Whether nothing else can have needed any of it. Else it is too much rather than too little, and counts until something better is known.
    /// </param>
    public void Measured(TimingKey key, int rows, long peak, bool alone = true)
    {
        var row = new MeasuredRow(key.Working, (double)peak / rows, alone);
        var work = key.AnyOperator.AnySize;
        _measured[work] = _measured.TryGetValue(work, out var known) ? known.Or(row) : row;
        _largest[key.Model] = _largest.TryGetValue(key.Model, out var largest) ? largest.Or(row) : row;
        if (!alone)
        {
            return;
        }

        _slopes[key.Model] = _slopes.TryGetValue(key.Model, out var slope) && slope.Working == key.Working ? slope.With(rows, peak) : new MemorySlope(key.Working, rows, peak);
    }

    /// <summary>
    /// Bytes that one row of a model needs at the least, if they are more than the whole budget: such a picture is refused before anything is
    /// allocated for it. Null if it may fit, or if nobody knows.
    /// </summary>
    /// <param name="model">Model and version, as in <see cref="TimingKey.Model"/>.</param>
    /// <param name="working">Shape of the picture that the model would work on.</param>
    public double? Excess(string model, PictureShape working) =>
        bytes is { } budget && _slopes.TryGetValue(model, out var slope) && slope.BytesPerRow * working.Elements / slope.Working.Elements is var needed && needed > budget ? needed : null;

    /// <summary>Remembers that so many rows did not fit.</summary>
    public void Failed(TimingKey key, int rows)
    {
        if (_tooMany.Count >= MaximumKeys)
        {
            _tooMany.Clear();
        }

        _tooMany[key] = Math.Min(rows, _tooMany.GetValueOrDefault(key, int.MaxValue));
    }

    /// <summary>
    /// Bytes that a row needs: as measured, else the most that any work of the model was measured to need, so that a solver that nobody warmed
    /// up has a limit too. Null if nothing of the model was measured.
    /// </summary>
    public double? BytesPerRow(TimingKey key) =>
        _measured.TryGetValue(key.AnyOperator.AnySize, out var known) || _largest.TryGetValue(key.Model, out known) ? known.At(key.Working) : null;

    /// <summary>Rows that fit, at least 1; null if nothing is known.</summary>
    public int? Rows(TimingKey key)
    {
        int? fit = bytes is { } budget && BytesPerRow(key) is { } perRow and > 0 ? (int)Math.Clamp(budget / perRow, 1, int.MaxValue) : null;
        return _tooMany.TryGetValue(key, out var failed) ? Math.Max(1, Math.Min(fit ?? int.MaxValue, failed - 1)) : fit;
    }
}
