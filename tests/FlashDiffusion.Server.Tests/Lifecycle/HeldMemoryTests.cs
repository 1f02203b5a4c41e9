namespace FlashDiffusion.Server.Tests.Lifecycle;

public sealed class HeldMemoryTests
{
    // Of an honest run, in KiB.
    private static readonly long[] Honest =
        [86820, 87210, 84580, 84670, 84740, 87380, 87460, 88640, 88710, 91090, 91140, 91260, 91300, 89380, 89420, 89510, 89560, 89600, 89670, 95720, 95780];

    [Fact]
    public void LostPerCycle_JumpsUpAndDown_AreNoLeak() => Assert.InRange(HeldMemory.LostPerCycle(Honest), 0, 100);

    [Fact]
    public void LostPerCycle_ALeak_IsSeenThroughThem() =>
        Assert.InRange(HeldMemory.LostPerCycle([.. Honest.Select((reading, cycle) => reading + (700 * cycle))]), 700, 800);

    [Fact]
    public void LostPerCycle_GrowthThatEnds_IsNone() => Assert.Equal(0, HeldMemory.LostPerCycle([.. Enumerable.Range(0, 21).Select(cycle => Math.Min(cycle, 11) * 5L)]));
}
