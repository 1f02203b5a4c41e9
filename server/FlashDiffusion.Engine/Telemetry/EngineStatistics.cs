using System.Collections.Immutable;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>What an engine does and has learned, for people who run it. Immutable.</summary>
/// <param name="Policy">Who goes first.</param>
/// <param name="Devices">Its devices.</param>
/// <param name="Accepted">Requests ever accepted.</param>
/// <param name="Active">Requests under way.</param>
/// <param name="Ended">Requests that ended, by how.</param>
internal sealed record EngineStatistics(
    string Policy, ImmutableArray<DeviceStatistics> Devices, long Accepted, int Active, ImmutableSortedDictionary<SessionOutcome, long> Ended);
