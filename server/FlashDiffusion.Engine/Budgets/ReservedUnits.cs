using System.Collections.Immutable;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>Equal units of a schedule, one after the other.</summary>
/// <param name="Lane">Their lane.</param>
/// <param name="Rows">Whose they are.</param>
/// <param name="Calls">How many, at least one.</param>
internal sealed record ReservedUnits(LaneKey Lane, ImmutableArray<ReservedRow> Rows, int Calls);
