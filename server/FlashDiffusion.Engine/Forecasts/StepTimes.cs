namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// What units of work took lately, by batch size: an exponential mean that follows the machine's load. Not thread-safe: the device
/// loop owns it.
/// </summary>
internal sealed class StepTimes
{
    /// <summary>Weight of the newest measurement; about the last ten count.</summary>
    private const double Newest = 0.2;

    /// <summary>Keys kept; a client that sends every size there is must not fill the memory.</summary>
    private const int MaximumKeys = 4096;

    private readonly Dictionary<TimingKey, SortedList<int, double>> _curves = [];
    private readonly Dictionary<TimingKey, PictureShape> _lastSize = [];

    /// <summary>Records one unit.</summary>
    /// <param name="key">What it was.</param>
    /// <param name="batch">Its rows.</param>
    /// <param name="seconds">How long it took.</param>
    public void Record(TimingKey key, int batch, double seconds)
    {
        if (!_curves.TryGetValue(key, out var curve))
        {
            if (_curves.Count >= MaximumKeys)
            {
                _curves.Clear();
                _lastSize.Clear();
            }

            _curves.Add(key, curve = []);
        }

        curve[batch] = curve.TryGetValue(batch, out var mean) ? mean + (Newest * (seconds - mean)) : seconds;
        _lastSize[key.AnySize] = key.Working;
    }

    /// <summary>How long a unit will take.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="batch">Its rows.</param>
    /// <returns>Seconds; null if no unit like it was measured at any size.</returns>
    public double? Predict(TimingKey key, int batch)
    {
        if (_curves.TryGetValue(key, out var curve))
        {
            return Interpolate(curve, batch);
        }

        // Convolution is most of the work, and its work grows with the number of pixels.
        return _lastSize.TryGetValue(key.AnySize, out var size)
            ? Interpolate(_curves[key with { Working = size }], batch) * key.Working.Elements / size.Elements
            : null;
    }

    private static double Interpolate(SortedList<int, double> curve, int batch)
    {
        if (curve.TryGetValue(batch, out var exact))
        {
            return exact;
        }

        var above = curve.Keys.FirstOrDefault(size => size > batch);
        var below = curve.Keys.LastOrDefault(size => size < batch);
        if (above == 0)
        {
            return curve[below] * batch / below;
        }

        // Below the smallest batch seen, its time is the safe answer.
        return below == 0
            ? curve[above]
            : curve[below] + ((curve[above] - curve[below]) * (batch - below) / (above - below));
    }
}
