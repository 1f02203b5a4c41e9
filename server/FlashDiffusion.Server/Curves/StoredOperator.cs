using System.Collections.Immutable;
using FlashDiffusion.Engine.Forecasts;

namespace FlashDiffusion.Server.Curves;

/// <summary>An operator's part in a step-time curve as the file has it.</summary>
/// <param name="Operator">The operator and what fixes its shape.</param>
/// <param name="Points">What was measured, as in <see cref="StoredLane"/>.</param>
internal sealed record StoredOperator(string Operator, ImmutableArray<CurvePoint> Points)
{
    /// <summary>What is stored of a curve.</summary>
    public static StoredOperator Of(OperatorCurve curve) => new(curve.Operator, curve.Points);
}
