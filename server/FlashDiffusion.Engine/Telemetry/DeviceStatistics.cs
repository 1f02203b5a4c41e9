using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>What a device does and has learned. Immutable.</summary>
/// <param name="Device">Its label.</param>
/// <param name="Load">What it has to do.</param>
/// <param name="MemoryBudget">Bytes that the rows of a step may use; null if only experience counts.</param>
/// <param name="Lanes">What is known of each kind of work.</param>
internal sealed record DeviceStatistics(string Device, EngineLoad Load, long? MemoryBudget, ImmutableArray<LaneStatistics> Lanes);
