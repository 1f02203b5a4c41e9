using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>What was measured of one kind of work.</summary>
/// <param name="Key">The kind of work.</param>
/// <param name="Points">What its units took, by rows.</param>
internal sealed record LaneCurve(TimingKey Key, ImmutableArray<CurvePoint> Points);
