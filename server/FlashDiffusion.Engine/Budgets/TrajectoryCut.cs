using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>A trajectory that a budget shortened.</summary>
/// <param name="Trajectory">Training timesteps that are left, ascending; the last one is the start.</param>
/// <param name="Share">Share of the whole that is left, above 0, up to 1: of rounds that are not moves of the trajectory.</param>
/// <param name="GuidanceFactor">By what the strengths that every step applies are multiplied.</param>
/// <param name="StepsWithout">Steps, inversion included, that it would have had.</param>
/// <param name="Reason">What asked for it.</param>
internal sealed record TrajectoryCut(ImmutableArray<int> Trajectory, double Share, double GuidanceFactor, int StepsWithout, CutReason Reason);
