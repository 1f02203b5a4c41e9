namespace FlashDiffusion.Engine.Scheduling;

/// <summary>Something that waits for its next bounded unit of device work.</summary>
internal interface IScheduledWork
{
    /// <summary>Number in the engine; lower came earlier.</summary>
    long Id { get; }

    /// <summary>The lane of its next unit.</summary>
    LaneKey Lane { get; }

    /// <summary>Timestamp of its admission.</summary>
    long AcceptedAt { get; }

    /// <summary>Steps that it still needs, the next one included.</summary>
    int RemainingSteps { get; }

    /// <summary>Timestamp at which it must be done; null for never. No time of day: that jumps where a clock is set.</summary>
    long? DueAt { get; }

    /// <summary>Its class.</summary>
    Priority Priority { get; }

    /// <summary>Whose it is.</summary>
    CallerKey Caller { get; }

    /// <summary>Where it stands among its caller's work.</summary>
    CallerPlace Place { get; }
}
