using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Scheduling;

/// <summary>Work that goes to the device together.</summary>
/// <param name="Lane">Its lane.</param>
/// <param name="Work">The rows, in the order of arrival.</param>
internal sealed record ScheduledBatch(LaneKey Lane, ImmutableArray<IScheduledWork> Work);
