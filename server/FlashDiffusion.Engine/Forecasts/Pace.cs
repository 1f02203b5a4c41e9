namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// How units keep to what they were said to take. In the long run they take longer: what lies between two of them (new requests are planned, garbage is collected) is part of
/// none, and of the few that take far longer than usual a mean that follows the machine's load says too little. And no unit takes what another did. What is promised for
/// hundreds of units has to hold behind both. Device loop only.
/// </summary>
internal sealed class Pace
{
    /// <summary>Seconds of which the units count: collections are seconds apart, and units may take milliseconds.</summary>
    private const double Memory = 10;

    /// <summary>Weight of the newest unit, at most: of long ones about the last hundred count.</summary>
    private const double Newest = 0.01;

    /// <summary>The same, at least.</summary>
    private const double Least = 0.001;

    /// <summary>By how many times its own length a unit is late at most: one that hung says nothing of the next hundred.</summary>
    private const double Most = 10;

    /// <summary>Standard deviations that are kept for chance.</summary>
    private const double Deviations = 3;

    private double _said;
    private double _took;
    private double _square;
    private double _worst;

    /// <summary>By what the time of units is multiplied, at least 1.</summary>
    public double Factor { get; private set; } = 1;

    /// <summary>By how much longer work may take by chance, at least once as much as the worst unit lately; seconds.</summary>
    /// <param name="seconds">What it is to take.</param>
    /// <param name="unit">What one of its units is to take: of long ones the same share is more.</param>
    public double Chance(double seconds, double unit) => Math.Max(Deviations * Math.Sqrt(_square * seconds * unit), _worst * unit);

    /// <summary>Takes note of one unit.</summary>
    /// <param name="said">Seconds that it was to take, as measured by then.</param>
    /// <param name="took">Seconds from the end of the one before it, if that left work, to its own.</param>
    public void Record(double said, double took)
    {
        if (_said == 0)
        {
            // As if all before it had taken what they were to.
            (_said, _took) = (said, said);
        }

        var weight = Math.Clamp(said / Memory, Least, Newest);
        var late = Math.Min(took - said, Most * said);
        var share = said > 0 ? late / said : 0;
        _worst = Math.Max(share, _worst * (1 - weight));
        _square += weight * ((share * share) - _square);
        _took += weight * (said + late - _took);
        _said += weight * (said - _said);
        Factor = _said > 0 ? Math.Max(1, _took / _said) : 1;
    }
}
