namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// How units keep to what they were said to take. In the long run they take longer: what lies between two of them (new requests are planned, garbage is collected) is part of
/// none, and of the few that take far longer than usual a mean that follows the machine's load says too little. And no unit takes what another did. What is promised for
/// hundreds of units has to hold behind both. Device loop only.
/// </summary>
/// <remarks>
/// A collection is as long whatever the unit, and a slow moment of the machine makes a long unit later than a short one. Units of a device may take milliseconds and minutes, so
/// that lateness is kept in seconds and as a share, and the smaller of the two is what work of other units than those late has to fear.
/// </remarks>
internal sealed class Pace
{
    /// <summary>Seconds of which the units count: collections are seconds apart, and units may take milliseconds.</summary>
    public const double Memory = 10;

    /// <summary>Weight of the newest unit, at most: of long ones about the last hundred count.</summary>
    private const double Newest = 0.01;

    /// <summary>The same, at least.</summary>
    private const double Least = 0.001;

    /// <summary>By how many times its own length a unit is late at most: one that hung says nothing of the next hundred.</summary>
    private const double Most = 10;

    private double _said;
    private double _took;
    private Lateness _square;
    private Lateness _worst;

    /// <summary>By what the time of units is multiplied, at least 1.</summary>
    public double Factor { get; private set; } = 1;

    /// <summary>By how much longer work may take by chance, at least once as much as the worst unit lately; seconds.</summary>
    /// <param name="seconds">What it is to take.</param>
    /// <param name="unit">What one of its units is to take.</param>
    public double Chance(double seconds, double unit) => Now.Chance(seconds, unit);

    /// <summary>All of it, as it is now.</summary>
    public PaceMoment Now => new(Factor, _square.Seconds, _square.Share, _worst.Seconds, _worst.Share);

    /// <summary>Takes note of one unit.</summary>
    /// <param name="said">Seconds that it was to take, as measured by then.</param>
    /// <param name="took">Seconds from the end of the one before it, if that left work, to its own.</param>
    public void Record(double said, double took)
    {
        if (said <= 0)
        {
            return;
        }

        if (_said == 0)
        {
            // As if all before it had taken what they were to.
            (_said, _took) = (said, said);
        }

        var weight = Math.Clamp(said / Memory, Least, Newest);
        var late = Math.Min(took - said, Most * said);
        var share = late / said;
        _worst = new Lateness(Math.Max(late, _worst.Seconds * (1 - weight)), Math.Max(share, _worst.Share * (1 - weight)));
        _square = new Lateness(_square.Seconds + (weight * ((late * late) - _square.Seconds)), _square.Share + (weight * ((share * share) - _square.Share)));
        _took += weight * (said + late - _took);
        _said += weight * (said - _said);
        Factor = Math.Max(1, _took / _said);
    }

    /// <summary>Forgets everything: it was long ago.</summary>
    public void Forget() => (_said, _took, _square, _worst, Factor) = (0, 0, default, default, 1);

    private readonly record struct Lateness(double Seconds, double Share);
}
