namespace FlashDiffusion.Engine.Hangs;

/// <summary>
/// The clock of what calls of foreign code take: it stands still while the whole process does. A machine that is suspended, a container that is paused or
/// a host that gives its processors to others makes every call long, and none of them is to blame. Somebody has to look at it in its rhythm
/// (<see cref="Watch"/>): of what lies between two looks it counts two of them at most. Safe to use from any thread.
/// </summary>
/// <param name="time">Clock.</param>
/// <param name="limit">Time that a call may take; zero or less for no limit.</param>
internal sealed class WakingTime(TimeProvider time, TimeSpan limit) : TimeProvider
{
    private static readonly TimeSpan LongestRhythm = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _looked = time.GetTimestamp();
    private long _asleep;

    /// <summary>Time that a call may take; zero or less for no limit.</summary>
    public TimeSpan Limit => limit;

    /// <summary>How often whoever waits for calls is to look.</summary>
    public TimeSpan Rhythm { get; } = limit > TimeSpan.Zero && limit / 4 < LongestRhythm ? limit / 4 : LongestRhythm;

    /// <inheritdoc/>
    public override long TimestampFrequency => time.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);

    /// <summary>
    /// The time that the process was awake. Every reader is one who looks, so that nobody reads a time from before a sleep after it. Where timers come late
    /// for want of a thread, and nobody else reads, some time is taken for sleep that was none: a call gets longer then, never shorter.
    /// </summary>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var missing = time.GetElapsedTime(_looked, now) - (2 * Rhythm);
            _looked = now;
            _asleep += missing > TimeSpan.Zero ? (long)(missing.TotalSeconds * TimestampFrequency) : 0;
            return now - _asleep;
        }
    }

    /// <summary>Begins to look at it in its rhythm, and to call something each time.</summary>
    public ITimer Watch(Action look)
    {
        _ = GetTimestamp();
        return time.CreateTimer(
            _ =>
            {
                _ = GetTimestamp();
                look();
            },
            null,
            Rhythm,
            Rhythm);
    }
}
