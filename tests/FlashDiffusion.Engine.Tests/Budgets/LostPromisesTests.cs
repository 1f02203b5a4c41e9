using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Budgets;

public sealed class LostPromisesTests
{
    private static readonly LaneKey Lane = new() { Stage = Stage.Step, Model = new object(), Working = new PictureShape(8, 8), Picture = new PictureShape(8, 8) };
    private readonly LostPromises _lost = new();

    [Fact]
    public void Look_LateForAWhile_IsLostOnlyIfItStaysSo()
    {
        // Ten steps and a second left: half a second, then two, then half a second again.
        Look(40, 0.05);
        Look(15, 0.2);
        Assert.False(_lost.Holds(1));
        Look(1, 0.05);
        Look(15, 0.2);
        Assert.False(_lost.Holds(1));
        Look(1, 0.2);
        Assert.True(_lost.Holds(1));
        Look(1, 0.05);
        Assert.False(_lost.Holds(1));
    }

    [Fact]
    public void Look_TooLateByATenth_MayStillBeInTime()
    {
        Look(100, 0.11);
        Assert.False(_lost.Holds(1));
    }

    private void Look(int units, double seconds)
    {
        for (var unit = 0; unit < units; unit++)
        {
            _lost.Look([new ReservedWork(1, 1, [new ReservedRun(Lane, 10, 10)]).Timed((_, _, _) => seconds)]);
        }
    }
}
