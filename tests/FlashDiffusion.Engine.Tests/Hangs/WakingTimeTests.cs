using FlashDiffusion.Engine.Hangs;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>A clock that stands still while nobody could look at it.</summary>
public sealed class WakingTimeTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(20, 1)]
    [InlineData(2, 0.5)]
    [InlineData(0, 1)]
    public void Rhythm_OfALimit_IsAQuarterOfItAndASecondAtMost(double limit, double expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), new WakingTime(_time, TimeSpan.FromSeconds(limit)).Rhythm);

    [Fact]
    public void Elapsed_WhileItIsLookedAt_IsAllTheTime()
    {
        var waking = new WakingTime(_time, TimeSpan.FromSeconds(20));
        var looks = 0;
        using var timer = waking.Watch(() => looks++);
        var start = waking.GetTimestamp();

        Pass(30, by: 1);

        Assert.Equal(TimeSpan.FromSeconds(30), waking.GetElapsedTime(start));
        Assert.Equal(30, looks);
    }

    [Fact]
    public void Elapsed_OverASleep_IsTwoLooksOfIt()
    {
        var waking = new WakingTime(_time, TimeSpan.FromSeconds(20));
        using var timer = waking.Watch(() => { });
        var start = waking.GetTimestamp();
        Pass(5, by: 1);

        Pass(3600, by: 3600);
        Pass(3, by: 1);

        Assert.Equal(TimeSpan.FromSeconds(5 + 2 + 3), waking.GetElapsedTime(start));
    }

    [Fact]
    public void Elapsed_BeforeTheWatchBegan_IsNoSleepOfLaterCalls()
    {
        var waking = new WakingTime(_time, TimeSpan.FromSeconds(20));
        Pass(100, by: 100);
        using var timer = waking.Watch(() => { });
        var start = waking.GetTimestamp();

        Pass(10, by: 1);

        Assert.Equal(TimeSpan.FromSeconds(10), waking.GetElapsedTime(start));
    }

    [Fact]
    public void Elapsed_OfACallThatBeginsBeforeTheFirstLookAfterASleep_HasNothingOfIt()
    {
        var waking = new WakingTime(_time, TimeSpan.FromSeconds(20));
        var before = waking.GetTimestamp();
        Pass(3600, by: 3600);
        var start = waking.GetTimestamp();

        Pass(1.5, by: 1.5);

        Assert.Equal(TimeSpan.FromSeconds(1.5), waking.GetElapsedTime(start));
        Assert.Equal(TimeSpan.FromSeconds(2 + 1.5), waking.GetElapsedTime(before));
    }

    private void Pass(double seconds, double by)
    {
        for (var passed = 0.0; passed < seconds; passed += by)
        {
            _time.Advance(TimeSpan.FromSeconds(by));
        }
    }
}
