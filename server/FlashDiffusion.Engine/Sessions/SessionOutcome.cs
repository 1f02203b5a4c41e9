namespace FlashDiffusion.Engine.Sessions;

/// <summary>How a session ended.</summary>
internal enum SessionOutcome
{
    /// <summary>With a result.</summary>
    Completed,

    /// <summary>The caller cancelled it.</summary>
    Cancelled,

    /// <summary>Its deadline passed.</summary>
    DeadlineExceeded,

    /// <summary>It waited longer for its first step than it or the server allows.</summary>
    QueuedTooLong,

    /// <summary>Its budget does not suffice for any trajectory that it accepts.</summary>
    BudgetTooSmall,

    /// <summary>The engine could not take it on (it is draining, or the sample turned out invalid).</summary>
    Rejected,

    /// <summary>The solver threw, or made numbers that are not finite.</summary>
    SolverFailed,

    /// <summary>The device failed.</summary>
    DeviceFailed,

    /// <summary>The device has not enough memory for it.</summary>
    OutOfMemory,
}
