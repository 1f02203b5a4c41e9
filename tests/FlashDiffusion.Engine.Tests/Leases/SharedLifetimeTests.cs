using FlashDiffusion.Engine.Leases;

namespace FlashDiffusion.Engine.Tests.Leases;

public sealed class SharedLifetimeTests
{
    private readonly SharedLifetime _lifetime;
    private int _freed;

    public SharedLifetimeTests() => _lifetime = new SharedLifetime(() =>
    {
        _freed++;
        return Task.CompletedTask;
    });

    [Fact]
    public void Retire_NobodyHolds_IsFreedAtOnce()
    {
        _lifetime.Retire();
        _lifetime.Retire();

        Assert.Equal(1, _freed);
        Assert.True(_lifetime.Freed.IsCompletedSuccessfully);
        Assert.False(_lifetime.TryHold(out _));
    }

    [Fact]
    public void Retire_SomebodyHolds_IsFreedByTheLastOne()
    {
        Assert.True(_lifetime.TryHold(out var first));
        _lifetime.Retire();
        // Not freed yet, so that one who knows it may still hold it.
        Assert.True(_lifetime.TryHold(out var second));
        first.Dispose();
        first.Dispose();
        Assert.Equal((0, 1), (_freed, _lifetime.Leases));
        second.Dispose();

        Assert.Equal((1, 0), (_freed, _lifetime.Leases));
    }

    [Fact]
    public async Task TryHold_WhileItIsRetired_NeverHoldsWhatIsFreed()
    {
        for (var round = 0; round < 200; round++)
        {
            var freed = false;
            var lifetime = new SharedLifetime(() =>
            {
                Volatile.Write(ref freed, true);
                return Task.CompletedTask;
            });
            var holders = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                while (lifetime.TryHold(out var lease))
                {
                    Assert.False(Volatile.Read(ref freed));
                    lease.Dispose();
                }
            })).ToArray();
            lifetime.Retire();
            await Task.WhenAll(holders);
            Assert.True(freed);
        }
    }
}
