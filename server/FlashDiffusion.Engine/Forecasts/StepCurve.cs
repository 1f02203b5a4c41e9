using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>What units of one kind of work took lately, by batch size: exponential means that follow the machine's load.</summary>
internal sealed class StepCurve
{
    /// <summary>Weight of the newest measurement; about the last ten units count.</summary>
    private const double Newest = 0.2;

    /// <summary>Share of the best rate that counts as equally good.</summary>
    private const double NearBest = 0.95;

    /// <summary>Rows that are tried before anything larger was measured.</summary>
    private const int FirstTry = 8;

    /// <summary>Units after which a size that was found too slow is tried once more, and units between two such trials: a sixteenth of all at most.</summary>
    private const int Forgotten = 16;

    private readonly SortedList<int, Mean> _means = [];
    private long _units;
    private long _lastTrial;

    /// <summary>Rows of the largest unit measured.</summary>
    public int Largest => _means.Keys[^1];

    /// <summary>What was measured, by size.</summary>
    public ImmutableArray<CurvePoint> Points => [.. _means.Select(mean => new CurvePoint(mean.Key, mean.Value.Seconds, mean.Value.Count))];

    /// <summary>Whether units of a size were measured.</summary>
    public bool Knows(int batch) => _means.ContainsKey(batch);

    /// <summary>Records one unit.</summary>
    /// <param name="batch">Its rows.</param>
    /// <param name="seconds">How long it took.</param>
    public void Record(int batch, double seconds)
    {
        _units++;
        if (!_means.TryGetValue(batch, out var mean))
        {
            _means[batch] = new Mean(seconds, 1, _units);
            return;
        }

        var age = _units - mean.At;
        if (age >= Forgotten)
        {
            _lastTrial = _units;
        }

        // What a size took long ago says little about what it takes now, so its next measurement counts for more.
        var weight = 1 - Math.Pow(1 - Newest, age);
        _means[batch] = new Mean(mean.Seconds + (weight * (seconds - mean.Seconds)), mean.Count + 1, _units);
    }

    /// <summary>Takes over what was measured before this curve began: what was measured since counts for as much as if it had come after it.</summary>
    public void Restore(CurvePoint point) => _means[point.Rows] = _means.TryGetValue(point.Rows, out var known)
        ? known with { Seconds = known.Seconds + (Math.Pow(1 - Newest, known.Count) * (point.Seconds - known.Seconds)), Count = known.Count + point.Count }
        : new Mean(point.Seconds, point.Count, _units);

    /// <summary>
    /// Largest batch that pays for so many waiting samples: the smallest one measured whose rows a second come near the best. Where the
    /// largest one measured is still clearly the best, twice that is worth a try; larger batches only make everybody wait longer.
    /// </summary>
    /// <param name="waiting">Samples that wait, at least one.</param>
    /// <returns>1 to <paramref name="waiting"/> rows.</returns>
    public int Worthwhile(int waiting)
    {
        var best = _means.Max(point => point.Key / point.Value.Seconds);
        if (double.IsInfinity(best))
        {
            return waiting;
        }

        var smallest = _means.First(point => point.Key / point.Value.Seconds >= NearBest * best).Key;
        var tried = smallest == Largest ? (int)Math.Min(2L * Largest, int.MaxValue) : smallest;
        return Math.Min(waiting, Math.Max(tried, Largest < FirstTry ? FirstTry : 1));
    }

    /// <summary>The largest size that was last measured long ago, if a trial is due: one bad moment of the machine must not rule a size out for ever.</summary>
    /// <param name="waiting">Samples that wait.</param>
    /// <returns>Its rows, at most <paramref name="waiting"/>; 0 for none.</returns>
    public int Trial(int waiting) =>
        _units - _lastTrial < Forgotten ? 0 : _means.LastOrDefault(point => point.Key <= waiting && _units - point.Value.At >= Forgotten).Key;

    /// <summary>Rows of a first unit of a kind of work that was never measured.</summary>
    /// <param name="waiting">Samples that wait.</param>
    public static int First(int waiting) => Math.Max(1, Math.Min(waiting, FirstTry));

    /// <summary>How long a unit takes: as measured, or on the line between its neighbours; beyond the largest in proportion to its rows.</summary>
    /// <param name="batch">Its rows.</param>
    /// <returns>Seconds.</returns>
    public double Interpolate(int batch)
    {
        if (_means.TryGetValue(batch, out var exact))
        {
            return exact.Seconds;
        }

        var above = _means.Keys.FirstOrDefault(size => size > batch);
        var below = _means.Keys.LastOrDefault(size => size < batch);
        if (above == 0)
        {
            return _means[below].Seconds * batch / below;
        }

        // Below the smallest batch seen, its time is the safe answer.
        return below == 0
            ? _means[above].Seconds
            : _means[below].Seconds + ((_means[above].Seconds - _means[below].Seconds) * (batch - below) / (above - below));
    }

    /// <summary>
    /// The same of a curve of one kind of work, of which more rows never take less time: what was measured since of a smaller unit, or of a larger one, says more than what
    /// this one took long ago.
    /// </summary>
    /// <param name="batch">Its rows.</param>
    /// <returns>Seconds.</returns>
    public double Expect(int batch)
    {
        if (!_means.TryGetValue(batch, out var own))
        {
            return Interpolate(batch);
        }

        // The newest has the last word.
        var expected = own.Seconds;
        foreach (var (size, other) in _means.Where(other => other.Value.At > own.At).OrderBy(other => other.Value.At))
        {
            expected = size < batch ? Math.Max(expected, other.Seconds) : Math.Min(expected, other.Seconds);
        }

        return expected;
    }

    private readonly record struct Mean(double Seconds, long Count, long At);
}
