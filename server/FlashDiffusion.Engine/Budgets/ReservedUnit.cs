using System.Collections.Immutable;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>The unit that promised work needs next.</summary>
/// <param name="Lane">Its lane.</param>
/// <param name="Rows">Numbers of its samples.</param>
internal sealed record ReservedUnit(LaneKey Lane, ImmutableArray<long> Rows);
