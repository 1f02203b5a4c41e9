using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>What became of a request with a deadline.</summary>
/// <param name="Plan">First event; null if it was refused, or its time was over before.</param>
/// <param name="Finished">The result; null if it did not come in time.</param>
/// <param name="Seconds">Time from the call to the result or the failure.</param>
/// <param name="Limit">Its time limit in seconds.</param>
internal sealed record DeadlineAnswer(V1.Accepted? Plan, Finished? Finished, double Seconds, double Limit)
{
    /// <summary>Whether its caller was told in time that it can't be done. Who waited to the end for nothing was not.</summary>
    public bool IsRefused => Plan is null && !WaitedInVain;

    /// <summary>Whether its time was over before its first event came.</summary>
    public bool WaitedInVain => Plan is null && Seconds >= Limit;

    /// <summary>Whether the first event says that something was cut.</summary>
    public bool IsCut => Plan?.Cut is not null;
}
