using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>What became of a request with a deadline.</summary>
/// <param name="Plan">First event; null if it was refused.</param>
/// <param name="Finished">The result; null if it did not come in time.</param>
internal sealed record DeadlineAnswer(V1.Accepted? Plan, Finished? Finished)
{
    /// <summary>Whether the first event says that something was cut.</summary>
    public bool IsCut => Plan?.Cut is not null;
}
