using System.Collections.Immutable;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>What an engine does and has learned, for people who run it. Immutable.</summary>
/// <param name="Policy">Who goes first.</param>
/// <param name="Devices">Its devices.</param>
/// <param name="Requests">What became of requests.</param>
internal sealed record EngineStatistics(string Policy, ImmutableArray<DeviceStatistics> Devices, RequestCounts Requests);
