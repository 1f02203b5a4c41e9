namespace FlashDiffusion.Engine.Sessions;

/// <summary>Why work ended without a result.</summary>
/// <param name="Outcome">Who is to blame.</param>
/// <param name="Reason">Stable name in UPPER_SNAKE_CASE.</param>
/// <param name="Message">One sentence that stands alone; says nothing about the server's inside.</param>
internal sealed record Failure(SessionOutcome Outcome, string Reason, string Message)
{
    /// <summary>Steps done before; null if none could have been.</summary>
    public int? Step { get; init; }

    /// <summary>Time that it would have taken, as estimated, or, where its deadline was too tight, that would do; null if unknown or beside the point.</summary>
    public TimeSpan? Eta { get; init; }

    /// <summary>Expected time until the next of those ahead is done, for what waited in vain; null if unknown or beside the point.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the sample was well when it ended, so that another server may go on with it.</summary>
    public bool IsResumable { get; init; }

    /// <summary>Whether neither a solver nor a device is to blame, but the caller, the time or the state of the server.</summary>
    public bool IsOfCaller => Outcome is SessionOutcome.Cancelled or SessionOutcome.DeadlineExceeded or SessionOutcome.QueuedTooLong or SessionOutcome.BudgetTooSmall or SessionOutcome.Rejected;

    /// <summary>What the native or plugin code threw, for logs.</summary>
    public Exception? Cause { get; init; }
}
