using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Admissions;

/// <summary>Why a request was refused before anything was started.</summary>
/// <param name="Reason">The kind of refusal.</param>
/// <param name="Message">One sentence that stands alone.</param>
internal sealed record Rejection(RejectionReason Reason, string Message)
{
    /// <summary>Every violation, with paths as in the request message; for <see cref="RejectionReason.Invalid"/>.</summary>
    public ImmutableArray<FieldViolation> Violations { get; init; } = [];

    /// <summary>Expected time until a place is free; null if unknown or if waiting does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Expected time until all that was accepted is done, so the longest that a request accepted now would wait; null if unknown.</summary>
    public TimeSpan? Eta { get; init; }
}
