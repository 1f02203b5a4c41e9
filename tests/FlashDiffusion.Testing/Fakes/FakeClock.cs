using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Testing.Fakes;

/// <summary>A fake clock that may be set, as by whoever keeps a machine's time of day right: neither timestamps nor timers notice.</summary>
internal sealed class FakeClock : FakeTimeProvider
{
    /// <summary>By how much its time of day was set.</summary>
    public TimeSpan SetBy { get; set; }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + SetBy;

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}
