using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>What was measured of one operator's rows in a kind of work that several operators share.</summary>
/// <param name="Operator">The operator and what fixes its shape.</param>
/// <param name="Points">What units took whose rows were all of it, by rows.</param>
internal sealed record OperatorCurve(string Operator, ImmutableArray<CurvePoint> Points)
{
    /// <summary>Curves of a kind of work that are shown or stored, those of the most units first: callers choose kernels.</summary>
    public const int Most = 16;
}
