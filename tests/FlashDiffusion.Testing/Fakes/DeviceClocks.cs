namespace FlashDiffusion.Testing.Fakes;

/// <summary>
/// Virtual time of devices that work at once: each has a clock of its own, and so have the callers; whoever asks sees the one whose turn it is.
/// Its timers never ring: what they would end ends where the device looks at the clock.
/// </summary>
/// <param name="devices">How many.</param>
internal sealed class DeviceClocks(int devices) : TimeProvider
{
    private readonly DateTimeOffset[] _now = [.. Enumerable.Repeat(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), devices + 1)];

    /// <summary>Whose clock counts; the number of devices for the callers'.</summary>
    public int Turn { get; set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>What somebody's clock shows.</summary>
    public DateTimeOffset this[int who] => _now[who];

    /// <summary>Lets somebody's clock show a time, if it does not show a later one.</summary>
    public void CatchUp(int who, DateTimeOffset to) => _now[who] = to > _now[who] ? to : _now[who];

    /// <summary>Lets time pass for whose turn it is.</summary>
    public void Advance(TimeSpan time) => _now[Turn] += time;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now[Turn];

    /// <inheritdoc/>
    public override long GetTimestamp() => _now[Turn].UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
