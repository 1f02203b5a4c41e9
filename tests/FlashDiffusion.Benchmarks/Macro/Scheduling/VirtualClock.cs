namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>A clock that is put forward by hand.</summary>
internal sealed class VirtualClock : TimeProvider
{
    /// <summary>Seconds since the beginning.</summary>
    public double Seconds { get; set; }

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => (long)(Seconds * TimestampFrequency);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(Seconds);
}
