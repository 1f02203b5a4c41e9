using System.Runtime.InteropServices;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// What units took whose rows all had one operator, of lanes in which several meet: a wide kernel takes longer than a mask, and the lane's own mean follows
/// whichever ran last. Promises go by these; what callers are told, by the mean. Names only, and gone with the process. Device loop only.
/// </summary>
internal sealed class OperatorTimes
{
    /// <summary>Curves kept; callers choose sizes and kernels.</summary>
    public const int MaximumCurves = 4096;

    private readonly Dictionary<TimingKey, Dictionary<string, StepCurve>> _curves = [];
    private int _count;

    /// <summary>Whether a unit of one operator's rows only was measured.</summary>
    /// <param name="key">What it was.</param>
    /// <param name="name">The operator.</param>
    public bool Knows(TimingKey key, string name) => _curves.TryGetValue(key, out var known) && known.ContainsKey(name);

    /// <summary>Records one unit. One of several operators says only that the dearest of them takes at least as long.</summary>
    /// <param name="key">What it was.</param>
    /// <param name="names">Operators of its rows, at least one, each once.</param>
    /// <param name="batch">Its rows.</param>
    /// <param name="seconds">How long it took.</param>
    public void Record(TimingKey key, IReadOnlyList<string> names, int batch, double seconds)
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
            ? own.Interpolate(largest) * here / there
            : own.Interpolate(batch);
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
