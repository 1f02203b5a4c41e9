namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// How many rows of a kind of work fit into the device's memory: from the peak that was measured at warm-up, and from every time that
/// it did not suffice. Not thread-safe: the device loop owns it.
/// </summary>
/// <param name="bytes">The budget; null if only experience counts.</param>
/// <param name="time">Clock; null for the system's.</param>
internal sealed class MemoryBudget(long? bytes, TimeProvider? time = null)
{
    /// <summary>How long a size that did not fit is not tried again: who was in it, or beside it, may be gone.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    /// <summary>Kinds kept; a client that sends every size there is must not fill the memory.</summary>
    private const int MaximumKeys = 4096;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Dictionary<TimingKey, (int Rows, long At)> _tooMany = [];
    private readonly Dictionary<TimingKey, MeasuredRow> _measured = [];
    private readonly Dictionary<string, MeasuredRow> _largest = new(StringComparer.Ordinal);

    // By model and solver: a row of one is no measure of another's.
    private readonly Dictionary<(string Model, string Runner), MemorySlope> _slopes = [];

    /// <summary>The budget.</summary>
    public long? Bytes => bytes;

    /// <summary>Takes over a measured peak.</summary>
    /// <param name="key">What ran.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="peak">Bytes that it needed at once, beyond what was there before.</param>
    /// <param name="alone">
    /// Whether nothing else can have needed any of it. Else it is more likely too much than too little, and counts until something better is known.
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

        var solver = (key.Model, key.Runner);
        _slopes[solver] = _slopes.TryGetValue(solver, out var slope) && slope.Working == key.Working ? slope.With(rows, peak) : new MemorySlope(key.Working, rows, peak);
    }

    /// <summary>
    /// Bytes that so many rows of a model need at the least, by whichever solver was measured to need least, if they are more than the whole budget: such a
    /// picture is refused before anything is allocated for it. Null if it may fit, or if nobody knows.
    /// </summary>
    /// <param name="model">Model and version, as in <see cref="TimingKey.Model"/>.</param>
    /// <param name="working">Shape of the picture that the model would work on.</param>
    /// <param name="rows">Rows that are computed at once, at least one.</param>
    public double? Excess(string model, PictureShape working, int rows = 1)
    {
        var needed = _slopes.Where(known => known.Key.Model == model && known.Value.BytesPerRow > 0)
            .Select(known => known.Value.BytesPerRow * rows * working.Elements / known.Value.Working.Elements).DefaultIfEmpty(0).Min();
        return needed > bytes ? needed : null;
    }

    /// <summary>Remembers that so many rows did not fit.</summary>
    public void Failed(TimingKey key, int rows)
    {
        if (_tooMany.Count >= MaximumKeys)
        {
            _tooMany.Clear();
        }

        _tooMany[key] = (Math.Min(rows, TooMany(key) ?? int.MaxValue), _time.GetTimestamp());
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
        return TooMany(key) is { } failed ? Math.Max(1, Math.Min(fit ?? int.MaxValue, failed - 1)) : fit;
    }

    private int? TooMany(TimingKey key) => _tooMany.TryGetValue(key, out var failed) && _time.GetElapsedTime(failed.At) < Memory ? failed.Rows : null;
}
