namespace FlashDiffusion.Engine.Hangs;

/// <summary>
/// The clock of what looks for calls that hang: it stands still while the whole process does. A machine that is suspended, a container that is paused or
/// a host that gives its processors to others makes every call long, and none of them is to blame. Safe to use from any thread.
/// </summary>
/// <param name="time">Clock.</param>
/// <param name="limit">Time that a call may take; zero or less for no limit.</param>
internal sealed class WakingTime(TimeProvider time, TimeSpan limit) : TimeProvider
{
    private static readonly TimeSpan LongestRhythm = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _looked = time.GetTimestamp();
    private long _asleep;

    /// <summary>How often whoever waits for calls is to look.</summary>
    public TimeSpan Rhythm { get; } = limit > TimeSpan.Zero && limit / 4 < LongestRhythm ? limit / 4 : LongestRhythm;

    /// <inheritdoc/>
    public override long TimestampFrequency => time.TimestampFrequency;

    /// <inheritdoc/>
    public override long GetTimestamp() => time.GetTimestamp() - Volatile.Read(ref _asleep);

    /// <summary>Begins to call something in the rhythm, each time after it has seen for how long it was not called.</summary>
    public ITimer Watch(Action look)
    {
        Look();
        return time.CreateTimer(
            _ =>
            {
                Look();
                look();
            },
            null,
            Rhythm,
            Rhythm);
    }

    // Whoever could look could have computed: what is missing between two looks is time that nobody had. A look may be late by as much as the rhythm.
    private void Look()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var missing = time.GetElapsedTime(_looked, now) - (2 * Rhythm);
            _looked = now;
            if (missing > TimeSpan.Zero)
            {
                Volatile.Write(ref _asleep, _asleep + (long)(missing.TotalSeconds * TimestampFrequency));
            }
        }
    }
}
