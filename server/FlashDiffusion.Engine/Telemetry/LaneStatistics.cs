using System.Collections.Immutable;
using FlashDiffusion.Engine.Forecasts;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>What is known of one kind of work on one device.</summary>
/// <param name="Key">The kind of work.</param>
/// <param name="Curve">What its units took, by rows.</param>
/// <param name="Batch">Rows that its next full batch would have.</param>
/// <param name="BytesPerRow">Memory of a row; null if not measured.</param>
/// <param name="MemoryRows">Rows that fit into the memory; null if nothing is known.</param>
internal sealed record LaneStatistics(TimingKey Key, ImmutableArray<CurvePoint> Curve, int Batch, double? BytesPerRow, int? MemoryRows)
{
    /// <summary>The same by operator, where several share units.</summary>
    public ImmutableArray<OperatorCurve> Operators { get; init; } = [];
}
