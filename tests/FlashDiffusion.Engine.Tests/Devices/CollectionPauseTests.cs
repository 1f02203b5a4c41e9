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

    private static void Allocate(int bytes)
    {
        for (var allocated = 0; allocated < bytes; allocated += 1000)
        {
            GC.KeepAlive(new byte[1000]);
        }
    }
}
