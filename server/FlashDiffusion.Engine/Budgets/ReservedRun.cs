using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>Consecutive units of one lane that a sample needs.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Steps">Steps; 1 for the last decode.</param>
/// <param name="Calls">Units that they take at most.</param>
internal readonly record struct ReservedRun(LaneKey Lane, int Steps, int Calls);
