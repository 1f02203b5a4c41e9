using System.Collections.Immutable;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// What units of work took lately, by batch size: an exponential mean that follows the machine's load. Not thread-safe, since the device loop owns
/// it, but for <see cref="PredictAnywhere"/>.
/// </summary>
internal sealed class StepTimes
{
    /// <summary>Weight of the newest measurement; about the last ten count.</summary>
    private const double Newest = 0.2;

    /// <summary>Keys kept; a client that sends every size there is must not fill the memory.</summary>
    private const int MaximumKeys = 4096;

    /// <summary>Share of the best rate that counts as equally good.</summary>
    private const double NearBest = 0.95;

    /// <summary>Rows that are tried before anything larger was measured.</summary>
    private const int FirstTry = 8;

    private readonly Dictionary<TimingKey, SortedList<int, (double Seconds, long Count)>> _curves = [];
    private readonly Dictionary<TimingKey, SortedList<int, (double Seconds, long Count)>> _together = [];
    private readonly Dictionary<TimingKey, TimingKey> _lastSize = [];
    private readonly Dictionary<string, HashSet<TimingKey>> _ofModel = new(StringComparer.Ordinal);
    private readonly Dictionary<TimingKey, double> _weights = [];

    // Taken by who writes and by who is not the device loop; nobody else needs it.
    private readonly Lock _gate = new();

    /// <summary>Records one unit: of its kind, and of all that differ from it in the operator only.</summary>
    /// <param name="key">What it was.</param>
    /// <param name="batch">Its rows.</param>
    /// <param name="seconds">How long it took.</param>
    public void Record(TimingKey key, int batch, double seconds)
    {
        lock (_gate)
        {
            Write(key, batch, seconds);
        }
    }

    /// <summary>Whether a unit of a kind of work was measured, of any size and with any operator.</summary>
    public bool Knows(TimingKey key) => _lastSize.ContainsKey(key.AnyOperator.AnySize);

    /// <summary>Says what a unit of a kind of work consists of.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="weight">Its <see cref="StepWeight"/>, above 0.</param>
    public void Weigh(TimingKey key, double weight)
    {
        lock (_gate)
        {
            if (_weights.Count >= MaximumKeys)
            {
                _weights.Clear();
            }

            _weights[key.AnyOperator.AnySize] = weight;
        }
    }

    /// <summary>
    /// Largest batch that pays for so many waiting samples: the smallest one measured whose rows a second come near the best. Where the
    /// largest one measured is still clearly the best, twice that is worth a try; larger batches only make everybody wait longer.
    /// </summary>
    /// <param name="key">What it is.</param>
    /// <param name="waiting">Samples that wait.</param>
    /// <returns>1 to <paramref name="waiting"/> rows.</returns>
    public int Worthwhile(TimingKey key, int waiting)
    {
        if (waiting <= 1 || CurveLike(key) is not { } curve)
        {
            return Math.Max(1, Math.Min(waiting, FirstTry));
        }

        var best = curve.Max(point => point.Key / point.Value.Seconds);
        if (double.IsInfinity(best))
        {
            return waiting;
        }

        var smallest = curve.First(point => point.Key / point.Value.Seconds >= NearBest * best).Key;
        var largest = curve.Keys[^1];
        var tried = smallest == largest ? (int)Math.Min(2L * largest, int.MaxValue) : smallest;
        return Math.Min(waiting, Math.Max(tried, largest < FirstTry ? FirstTry : 1));
    }

    /// <summary>What was measured of a kind of work, by batch size.</summary>
    /// <param name="key">What it is.</param>
    public ImmutableArray<CurvePoint> Curve(TimingKey key) => _curves.TryGetValue(key, out var curve)
        ? [.. curve.Select(point => new CurvePoint(point.Key, point.Value.Seconds, point.Value.Count))]
        : [];

    /// <summary>Every kind of work that was measured.</summary>
    public IEnumerable<TimingKey> Keys => _curves.Keys;

    /// <summary>How long a unit will take.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="batch">Its rows.</param>
    /// <returns>
    /// Seconds: of its kind, else, as their <see cref="StepWeight"/> says, of the kind of work of the same model that weighs most nearly as much. Null
    /// if nothing of the model was ever measured.
    /// </returns>
    public double? Predict(TimingKey key, int batch)
    {
        if (_together.TryGetValue(key.AnyOperator, out var together))
        {
            return _curves.TryGetValue(key, out var own) ? Extended(own, together, batch) : Interpolate(together, batch);
        }

        // Convolution is most of the work, and its work grows with the number of pixels.
        return _lastSize.TryGetValue(key.AnySize, out var other) || _lastSize.TryGetValue(key.AnyOperator.AnySize, out other)
            ? Resized(other, key, batch)
            : Likened(key, batch);
    }

    /// <summary><see cref="Predict"/> for threads other than the device loop's.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="batch">Its rows.</param>
    public double? PredictAnywhere(TimingKey key, int batch)
    {
        lock (_gate)
        {
            return Predict(key, batch);
        }
    }

    private double Resized(TimingKey known, TimingKey key, int batch) => Interpolate(_curves[known], batch) * key.Working.Elements / known.Working.Elements;

    private double? Likened(TimingKey key, int batch)
    {
        if (!_ofModel.TryGetValue(key.Model, out var works))
        {
            return null;
        }

        // Of equally heavy ones a step is more like a step, and a look like a look.
        var weight = WeightOf(key);
        var (like, theirs) = works.Select(work => (work, Weight: WeightOf(work)))
            .MinBy(known => (known.Weight is { } other && weight is { } own ? Math.Abs(Math.Log(own / other)) : double.MaxValue, known.work.Stage == key.Stage ? 0 : 1));
        return Resized(_lastSize[like], key, batch) * (weight / theirs ?? 1);
    }

    private double? WeightOf(TimingKey key) => key.Stage switch
    {
        Stage.Severity => StepWeight.Look,
        Stage.Decode => StepWeight.Decode,
        _ => _weights.TryGetValue(key.AnyOperator.AnySize, out var weight) ? weight : null,
    };

    private void Write(TimingKey key, int batch, double seconds)
    {
        if (_curves.Count >= MaximumKeys && !_curves.ContainsKey(key))
        {
            _curves.Clear();
            _together.Clear();
            _lastSize.Clear();
            _ofModel.Clear();
        }

        Record(_curves, key, batch, seconds);
        Record(_together, key.AnyOperator, batch, seconds);
        _lastSize[key.AnySize] = _lastSize[key.AnyOperator.AnySize] = key;
        if (!_ofModel.TryGetValue(key.Model, out var works))
        {
            _ofModel.Add(key.Model, works = []);
        }

        works.Add(key.AnyOperator.AnySize);
    }

    private static void Record(Dictionary<TimingKey, SortedList<int, (double Seconds, long Count)>> curves, TimingKey key, int batch, double seconds)
    {
        if (!curves.TryGetValue(key, out var curve))
        {
            curves.Add(key, curve = []);
        }

        curve[batch] = curve.TryGetValue(batch, out var mean) ? (mean.Seconds + (Newest * (seconds - mean.Seconds)), mean.Count + 1) : (seconds, 1);
    }

    // Beyond what was measured with this operator, what a larger batch gained with others.
    private static double Extended(SortedList<int, (double Seconds, long Count)> own, SortedList<int, (double Seconds, long Count)> together, int batch)
    {
        var largest = own.Keys[^1];
        var there = Interpolate(together, largest);
        return batch <= largest || there <= 0
            ? Interpolate(own, batch)
            : own[largest].Seconds * Interpolate(together, batch) / there;
    }

    // The networks are most of the work: another operator's times at this size are nearer than the same one's at another.
    private SortedList<int, (double Seconds, long Count)>? CurveLike(TimingKey key) =>
        _curves.TryGetValue(key, out var curve) || _together.TryGetValue(key.AnyOperator, out curve) ? curve : null;

    private static double Interpolate(SortedList<int, (double Seconds, long Count)> curve, int batch)
    {
        if (curve.TryGetValue(batch, out var exact))
        {
            return exact.Seconds;
        }

        var above = curve.Keys.FirstOrDefault(size => size > batch);
        var below = curve.Keys.LastOrDefault(size => size < batch);
        if (above == 0)
        {
            return curve[below].Seconds * batch / below;
        }

        // Below the smallest batch seen, its time is the safe answer.
        return below == 0
            ? curve[above].Seconds
            : curve[below].Seconds + ((curve[above].Seconds - curve[below].Seconds) * (batch - below) / (above - below));
    }
}
