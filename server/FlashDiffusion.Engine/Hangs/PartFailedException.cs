using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>Foreign code failed where a request was only being looked at.</summary>
/// <param name="failure">What the caller is told.</param>
internal sealed class PartFailedException(Failure failure) : Exception(failure.Message, failure.Cause)
{
    /// <summary>What the caller is told.</summary>
    public Failure Failure { get; } = failure;
}
