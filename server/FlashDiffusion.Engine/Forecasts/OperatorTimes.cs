using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// What units took whose rows all had one operator, of lanes in which several meet: a wide kernel takes longer than a mask, and the lane's own mean follows
/// whichever ran last. Promises go by these; what callers are told, by the mean. Names only. Device loop only, but for <see cref="Of"/>.
/// </summary>
internal sealed class OperatorTimes
{
    /// <summary>Curves kept; callers choose sizes and kernels.</summary>
    public const int MaximumCurves = 4096;

    private readonly Dictionary<TimingKey, Dictionary<string, StepCurve>> _curves = [];

    // Taken by who writes and by who is not the device loop; nobody else needs it.
    private readonly Lock _gate = new();
    private int _count;

    /// <summary>What was measured of a kind of work, those of the most units first, <see cref="OperatorCurve.Most"/> at most; any thread.</summary>
    /// <param name="key">What it is.</param>
    public ImmutableArray<OperatorCurve> Of(TimingKey key)
    {
        lock (_gate)
        {
            return _curves.TryGetValue(key, out var known)
                ? [.. known.Select(pair => new OperatorCurve(pair.Key, pair.Value.Points)).OrderByDescending(curve => LaneCurve.UnitsOf(curve.Points)).Take(OperatorCurve.Most)]
                : [];
        }
    }

    /// <summary>Takes over what was measured before the first unit here.</summary>
    /// <param name="key">What it was.</param>
    /// <param name="curves">The curves, none of them empty, each operator once.</param>
    public void Restore(TimingKey key, ImmutableArray<OperatorCurve> curves)
    {
        lock (_gate)
        {
            foreach (var (name, points) in curves.Where(curve => _count < MaximumCurves || Knows(key, curve.Operator)))
            {
                foreach (var point in points)
                {
                    CurveOf(key, name).Restore(point);
                }
            }
        }
    }

    /// <summary>Whether a unit of one operator's rows only was measured.</summary>
    /// <param name="key">What it was.</param>
    /// <param name="name">The operator.</param>
    public bool Knows(TimingKey key, string name) => _curves.TryGetValue(key, out var known) && known.ContainsKey(name);

    /// <summary>Whether units of a size with an operator were measured.</summary>
    public bool Knows(TimingKey key, string name, int batch) => _curves.TryGetValue(key, out var known) && known.TryGetValue(name, out var curve) && curve.Knows(batch);

    /// <summary>Records one unit. One of several operators says only that the dearest of them takes at least as long.</summary>
    /// <param name="key">What it was.</param>
    /// <param name="names">Operators of its rows, at least one, each once.</param>
    /// <param name="batch">Its rows.</param>
    /// <param name="seconds">How long it took.</param>
    public void Record(TimingKey key, IReadOnlyList<string> names, int batch, double seconds)
    {
        lock (_gate)
        {
            Write(key, names, batch, seconds);
        }
    }

    /// <summary>How long a unit takes in which an operator has rows, none of a dearer one's among them.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="name">The operator; of one that was never measured, the dearest known there is expected.</param>
    /// <param name="batch">Its rows.</param>
    /// <param name="mean">What the lane's units took lately, by their rows; null if nobody knows.</param>
    /// <returns>Seconds; null if no operator's was measured.</returns>
    public double? Predict(TimingKey key, string name, int batch, Func<int, double?> mean)
    {
        if (!_curves.TryGetValue(key, out var known))
        {
            return null;
        }

        return known.TryGetValue(name, out var own) ? Extended(own, batch, mean) : known.Values.Max(curve => Extended(curve, batch, mean));
    }

    // Beyond what was measured with this operator, what a larger batch gained with others.
    private static double Extended(StepCurve own, int batch, Func<int, double?> mean)
    {
        var largest = own.Largest;
        return batch > largest && mean(largest) is { } there and > 0 && mean(batch) is { } here
            ? own.Expect(largest) * here / there
            : own.Expect(batch);
    }

    private void Write(TimingKey key, IReadOnlyList<string> names, int batch, double seconds)
    {
        if (names.Count == 1)
        {
            CurveOf(key, names[0]).Record(batch, seconds);
            return;
        }

        var known = _curves.GetValueOrDefault(key);
        if (known is not null && names.All(known.ContainsKey) && names.Select(name => known[name]).MaxBy(curve => curve.Interpolate(batch)) is { } dearest
            && dearest.Interpolate(batch) < seconds)
        {
            dearest.Record(batch, seconds);
        }
    }

    private StepCurve CurveOf(TimingKey key, string name)
    {
        if (_count >= MaximumCurves && !Knows(key, name))
        {
            _curves.Clear();
            _count = 0;
        }

        var known = CollectionsMarshal.GetValueRefOrAddDefault(_curves, key, out _) ??= new Dictionary<string, StepCurve>(StringComparer.Ordinal);
        if (!known.TryGetValue(name, out var curve))
        {
            known.Add(name, curve = new StepCurve());
            _count++;
        }

        return curve;
    }
}
