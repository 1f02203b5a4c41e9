using FlashDiffusion.Engine.Devices;

namespace FlashDiffusion.Engine.Tests.Devices;

// The collector belongs to the whole process, so nothing else may run meanwhile.
[Collection(AloneCollection.Name)]
public sealed class CollectionPauseTests
{
    private const int Small = 8 * 1024 * 1024;
    private const int Large = 256 * 1024 * 1024;

    [Fact]
    public void Start_SmallAllocations_NothingIsCollectedUntilTheEnd()
    {
        int before, inside;
        using (CollectionPause.Start())
        {
            before = GC.CollectionCount(0);
            Allocate(Small);
            inside = GC.CollectionCount(0);
        }

        Assert.Equal(before, inside);
    }

    [Fact]
    public void Start_BudgetExceededOrNested_EndsWithoutFault()
    {
        using (CollectionPause.Start())
        {
            using (CollectionPause.Start())
            {
                Allocate(Large);
            }
        }

        using (CollectionPause.Start())
        {
            var before = GC.CollectionCount(0);
            Allocate(Small);
            Assert.Equal(before, GC.CollectionCount(0));
        }
    }

    [Fact]
    public async Task Start_TwoThreadsThatOverlapForEver_CollectOnlyWhileNeitherIsInside()
    {
        // Each holds a pause nearly always; together they allocate many budgets.
        var inside = 0;
        var collections = 0;
        var seen = 0;
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            for (var tick = 0; tick < 60; tick++)
            {
                using (CollectionPause.Start())
                {
                    Interlocked.Increment(ref inside);
                    var before = GC.CollectionCount(0);
                    Allocate(Small / 2);
                    Interlocked.Add(ref collections, GC.CollectionCount(0) - before);
                    Interlocked.Add(ref seen, Volatile.Read(ref inside) == 2 ? 1 : 0);
                    Interlocked.Decrement(ref inside);
                }
            }
        }, TestContext.Current.CancellationToken)));
        Assert.Equal(0, collections);
        Assert.True(seen > 0, "They never overlapped.");
    }

    [Fact]
    public async Task Start_OneStaysInsideForEver_OthersGoOn()
    {
        using var entered = new SemaphoreSlim(0);
        using var leave = new SemaphoreSlim(0);
        CollectionPause.Expect(devices: 2);
        try
        {
            var stays = Task.Factory.StartNew(
                () =>
                {
                    using (CollectionPause.Start())
                    {
                        entered.Release();
                        leave.Wait(TestContext.Current.CancellationToken);
                    }
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await entered.WaitAsync(TestContext.Current.CancellationToken);
            for (var tick = 0; tick < 6; tick++)
            {
                using (CollectionPause.Start())
                {
                    Allocate(2 * Small);
                }
            }

            Assert.False(stays.IsCompleted);
            leave.Release();
            await stays;
        }
        finally
        {
            leave.Release();
            CollectionPause.Expect(devices: 1);
        }
    }

    [Fact]
    public void Start_ManyPauses_CollectWhatTheyLeft()
    {
        // Without a collection between pauses the heap would hold all of the 512 MB.
        const int Pauses = 128;
        const int Each = 4 * 1024 * 1024;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var pause = 0; pause < Pauses; pause++)
        {
            using (CollectionPause.Start())
            {
                Allocate(Each);
            }
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: false) - before, long.MinValue, (long)Pauses * Each / 4);
    }

    private static void Allocate(int bytes)
    {
        for (var allocated = 0; allocated < bytes; allocated += 1000)
        {
            GC.KeepAlive(new byte[1000]);
        }
    }
}
