using FsCheck;
using FsCheck.Fluent;

namespace FlashDiffusion.Engine.Tests.Laws;

/// <summary>
/// Law: a flood costs another caller no more than a single request at a time of the same caller does, but for a bounded number of steps that does not
/// depend on how many requests the flood has. LONG=1 plays fifty times as many.
/// </summary>
public sealed class FloodTests
{
    private static int Programs => Environment.GetEnvironmentVariable("LONG") == "1" ? 2_000 : 40;

    [Theory]
    [InlineData("first_come")]
    [InlineData("shortest_remaining")]
    [InlineData("earliest_deadline")]
    public void Flood_AnyOthers_CostsThemABoundedNumberOfSteps(string policy) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Programs).WithStartSize(10).WithEndSize(60).WithQuietOnSuccess(true), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), (byte[] bytes) =>
        {
            var program = FloodProgram.Of(bytes);
            var (alone, flooded) = (new FloodScene(program, policy).Play(floods: false), new FloodScene(program, policy).Play(floods: true));
            for (var other = 0; other < program.Others.Length; other++)
            {
                Assert.True(
                    flooded[other] <= alone[other] + Bound(program),
                    $"{program.Others[other].Steps} steps from {program.Others[other].At} were done at {flooded[other]} instead of {alone[other]}, beside {program.Flood.Length} with batches of {program.Batch}.");
            }
        }));

    [Fact]
    public void Flood_ThatIsNotToldApart_CostsTheOthersAllOfIt()
    {
        // Else the law would say nothing: sixty requests of four steps before three others, two at a time.
        var program = new FloodProgram(2, [.. Enumerable.Repeat(4, 60)], [(3, 4), (5, 4), (5, 4)]);
        var ends = new FloodScene(program, "first_come") { HasCallers = false }.Play(floods: true);
        Assert.All(ends, end => Assert.True(end > 100));
        Assert.All(new FloodScene(program, "first_come").Play(floods: true), end => Assert.InRange(end, 1, 20));
    }

    // With a row for every caller nobody waits for the flood: what is left are looks, which wait in their own line of callers, two at a time and one step
    // between, and the last decode, which takes its turn. Where there are more callers than rows, each of the others may find one request of the flood more
    // before it, since the flood's next one is there at once; and those before it may have found one too.
    private static int Bound(FloodProgram program)
    {
        var looks = ((program.Callers + 1) / 2) + 2;
        return program.Callers <= program.Batch ? looks : looks + (2 * program.Flood.DefaultIfEmpty(0).Max());
    }
}
