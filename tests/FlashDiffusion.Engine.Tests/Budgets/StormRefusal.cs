using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>The moments of a unit of work in which a request may have been refused: before its look, at the beginning, or after it, at the end.</summary>
/// <param name="HadBefore">Time that was left at the beginning.</param>
/// <param name="FloorBefore">Time that would have done.</param>
/// <param name="HadAfter">Time that was left at the end.</param>
/// <param name="FloorAfter">Time that would have done.</param>
internal readonly record struct StormRefusal(TimeSpan HadBefore, TimeSpan FloorBefore, TimeSpan HadAfter, TimeSpan FloorAfter)
{
    /// <summary>What was left and what would have done: the refusal says whether it had its look.</summary>
    public (TimeSpan? Had, TimeSpan Floor) Of(Failure failure) =>
        failure.Message.StartsWith(BudgetPlanner.LookAndStep, StringComparison.Ordinal) ? (HadBefore, FloorBefore) : (HadAfter, FloorAfter);
}
