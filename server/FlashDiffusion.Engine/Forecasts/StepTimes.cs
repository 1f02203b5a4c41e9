using System.Collections.Immutable;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// What units of work took lately, by batch size: a <see cref="StepCurve"/> for each kind. Not thread-safe, since the device loop owns
/// it, but for <see cref="PredictAnywhere"/> and <see cref="Copy"/>.
/// </summary>
internal sealed class StepTimes
{
    /// <summary>Keys kept; a client that sends every size there is must not fill the memory.</summary>
    private const int MaximumKeys = 4096;

    private readonly Dictionary<TimingKey, StepCurve> _curves = [];
    private readonly Dictionary<TimingKey, StepCurve> _together = [];
    private readonly Dictionary<TimingKey, TimingKey> _lastSize = [];
    private readonly Dictionary<string, HashSet<TimingKey>> _ofModel = new(StringComparer.Ordinal);
    private readonly Dictionary<TimingKey, double> _weights = [];

    // Taken by who writes and by who is not the device loop; nobody else needs it.
    private readonly Lock _gate = new();

    /// <summary>The same by operator, where several share units.</summary>
    public OperatorTimes Operators { get; } = new();

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

    /// <summary>Everything that was measured by now; any thread.</summary>
    public ImmutableArray<LaneCurve> Copy()
    {
        lock (_gate)
        {
            return [.. _curves.Select(pair => new LaneCurve(pair.Key, pair.Value.Points) { Operators = Operators.Of(pair.Key) })];
        }
    }

    /// <summary>Takes over what was measured before the first unit here, such as by a server that ran on this device.</summary>
    /// <param name="lanes">The curves, none of them empty, each kind of work once; of those at any size, the first are the ones to go by.</param>
    public void Restore(ImmutableArray<LaneCurve> lanes)
    {
        lock (_gate)
        {
            LaneCurve[] taken = [.. lanes.Take(MaximumKeys - _curves.Count)];
            foreach (var (key, points) in taken)
            {
                Restore(_curves, key, points);
                _lastSize.TryAdd(key.AnySize, key);
                _lastSize.TryAdd(key.AnyOperator.AnySize, key);
                AddWork(key);
            }

            foreach (var lane in taken)
            {
                Operators.Restore(lane.Key, lane.Operators);
            }

            foreach (var alike in taken.GroupBy(lane => lane.Key.AnyOperator))
            {
                Restore(_together, alike.Key, alike.SelectMany(lane => lane.Points).GroupBy(point => point.Rows).Select(CurvePoint.Mean));
            }
        }
    }

    /// <summary>Whether a unit of a kind of work was measured, of any size and with any operator.</summary>
    public bool Knows(TimingKey key) => _lastSize.ContainsKey(key.AnyOperator.AnySize);

    /// <summary>Whether a unit of a kind of work was measured at its size, with any operator; of <see cref="LaneKey.AnyKind"/> each of its runner's.</summary>
    public bool KnowsSize(TimingKey key) => key.Kind == LaneKey.AnyKind && KindsOf(key) is [_, ..] kinds
        ? kinds.All(kind => KnowsSize(key with { Kind = kind }))
        : _together.ContainsKey(key.AnyOperator);

    /// <summary>Whether units of exactly this work and size were measured.</summary>
    public bool Knows(TimingKey key, int batch) => _curves.TryGetValue(key, out var curve) && curve.Knows(batch);

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

    /// <summary>Largest batch that pays for so many waiting samples (<see cref="StepCurve.Worthwhile"/>).</summary>
    /// <param name="key">What it is.</param>
    /// <param name="waiting">Samples that wait.</param>
    /// <returns>1 to <paramref name="waiting"/> rows.</returns>
    public int Worthwhile(TimingKey key, int waiting) => waiting > 1 && CurveLike(key) is { } curve ? curve.Worthwhile(waiting) : StepCurve.First(waiting);

    /// <summary>A larger batch to be measured again (<see cref="StepCurve.Trial"/>).</summary>
    /// <param name="key">What it is.</param>
    /// <param name="waiting">Samples that wait.</param>
    /// <returns>Rows; 0 for none.</returns>
    public int Trial(TimingKey key, int waiting) => CurveLike(key)?.Trial(waiting) ?? 0;

    /// <summary>What was measured of a kind of work, by batch size.</summary>
    /// <param name="key">What it is.</param>
    public ImmutableArray<CurvePoint> Curve(TimingKey key) => _curves.TryGetValue(key, out var curve) ? curve.Points : [];

    /// <summary>Every kind of work that was measured.</summary>
    public IEnumerable<TimingKey> Keys => _curves.Keys;

    /// <summary>How long a unit will take.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="batch">Its rows.</param>
    /// <returns>
    /// Seconds: of its kind (of <see cref="LaneKey.AnyKind"/> the dearest of its runner's), else, as their <see cref="StepWeight"/> says, of the kind of work of
    /// the same model that weighs most nearly as much. Null if nothing of the model was ever measured.
    /// </returns>
    public double? Predict(TimingKey key, int batch) => key.Kind == LaneKey.AnyKind && KindsOf(key) is [_, ..] kinds
        ? kinds.Max(kind => OfKind(key with { Kind = kind }, batch))
        : OfKind(key, batch);

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

    private double? OfKind(TimingKey key, int batch)
    {
        if (_together.TryGetValue(key.AnyOperator, out var together))
        {
            return _curves.TryGetValue(key, out var own) ? Extended(own, together, batch) : together.Interpolate(batch);
        }

        // Convolution is most of the work, and its work grows with the number of pixels.
        return _lastSize.TryGetValue(key.AnySize, out var other) || _lastSize.TryGetValue(key.AnyOperator.AnySize, out other)
            ? Resized(other, key, batch)
            : Likened(key, batch);
    }

    // Of a smaller picture less is saved: much of a call does not depend on the size (measured here: 0.3 of the time at 0.18 of the pixels, 0.25 at a sixteenth).
    private double Resized(TimingKey known, TimingKey key, int batch)
    {
        var ratio = (double)key.Working.Elements / known.Working.Elements;
        return _curves[known].Interpolate(batch) * (ratio < 1 ? Math.Sqrt(ratio) : ratio);
    }

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

    // What a step takes of which nobody knows the kind: what the dearest of its runner's does.
    private string[] KindsOf(TimingKey key) => _ofModel.TryGetValue(key.Model, out var works)
        ? [.. works.Where(work => work.Stage == key.Stage && work.Runner == key.Runner).Select(work => work.Kind)]
        : [];

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

        CurveOf(_curves, key).Record(batch, seconds);
        CurveOf(_together, key.AnyOperator).Record(batch, seconds);
        _lastSize[key.AnySize] = _lastSize[key.AnyOperator.AnySize] = key;
        AddWork(key);
    }

    private void AddWork(TimingKey key)
    {
        if (!_ofModel.TryGetValue(key.Model, out var works))
        {
            _ofModel.Add(key.Model, works = []);
        }

        works.Add(key.AnyOperator.AnySize);
    }

    private static void Restore(Dictionary<TimingKey, StepCurve> curves, TimingKey key, IEnumerable<CurvePoint> points)
    {
        foreach (var point in points)
        {
            CurveOf(curves, key).Restore(point);
        }
    }

    private static StepCurve CurveOf(Dictionary<TimingKey, StepCurve> curves, TimingKey key)
    {
        if (!curves.TryGetValue(key, out var curve))
        {
            curves.Add(key, curve = new StepCurve());
        }

        return curve;
    }

    // Beyond what was measured with this operator, what a larger batch gained with others.
    private static double Extended(StepCurve own, StepCurve together, int batch)
    {
        var largest = own.Largest;
        var there = together.Interpolate(largest);
        return batch <= largest || there <= 0
            ? own.Expect(batch)
            : own.Expect(largest) * together.Interpolate(batch) / there;
    }

    // The networks are most of the work: another operator's times at this size are nearer than the same one's at another.
    private StepCurve? CurveLike(TimingKey key) =>
        _curves.TryGetValue(key, out var curve) || _together.TryGetValue(key.AnyOperator, out curve) ? curve : null;
}
