using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>What was measured of one kind of work.</summary>
/// <param name="Key">The kind of work.</param>
/// <param name="Points">What its units took, by rows.</param>
internal sealed record LaneCurve(TimingKey Key, ImmutableArray<CurvePoint> Points)
{
    /// <summary>Curves of a device that are shown or stored, those of the most units first: a client that sends every size there is must not make either too large to read.</summary>
    public const int Most = 256;

    /// <summary>The same by operator, where several share units: <see cref="OperatorCurve.Most"/> at most.</summary>
    public ImmutableArray<OperatorCurve> Operators { get; init; } = [];

    /// <summary>Units that it was measured from.</summary>
    public long Units => UnitsOf(Points);

    /// <summary>Units that points were measured from.</summary>
    public static long UnitsOf(ImmutableArray<CurvePoint> points) => points.Sum(point => point.Count);
}
