using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Scheduling;

public sealed class BatchSizesTests
{
    private static readonly LaneKey Lane = new()
    {
        Stage = Stage.Step,
        Model = new FakeModel(),
        Runner = new FakeSolver(),
        Kind = "guided",
        Working = new PictureShape(16, 16),
        Picture = new PictureShape(16, 16),
    };

    private readonly StepTimes _times = new();
    private readonly MemoryBudget _memory = new(1000);
    private readonly BatchSizes _sizes;

    public BatchSizesTests()
    {
        _sizes = new BatchSizes(new EngineOptions { MaximumBatch = 32, ExactBatch = 4, SeverityBatch = 2 }, _times, _memory);

        // Batches gain all the way, so that only the other limits are left.
        _times.Record(LaneTiming.Of(Lane), 1, 1);
        _times.Record(LaneTiming.Of(Lane), 64, 1);
    }

    [Fact]
    public void Of_MuchMemory_IsTheLargestThatIsAllowed() => Assert.Equal(32, _sizes.Of(Lane, 100));

    [Fact]
    public void Of_RowsMeasured_FitsTheMemory()
    {
        _memory.Measured(LaneTiming.Of(Lane), 2, 200);
        Assert.Equal((10, 3), (_sizes.Of(Lane, 100), _sizes.Of(Lane, 3)));
    }

    [Fact]
    public void Of_TooManyFailed_StaysBelow()
    {
        _memory.Failed(LaneTiming.Of(Lane), 6);
        Assert.Equal(5, _sizes.Of(Lane, 100));
    }

    [Fact]
    public void Of_ALargerPicture_FitsTheMemory()
    {
        _memory.Measured(LaneTiming.Of(Lane), 2, 200);
        Assert.Equal(2, _sizes.Of(Lane with { Working = new PictureShape(32, 32) }, 100));
    }

    [Fact]
    public void Of_BatchesGainNothing_StaysSmall()
    {
        var other = Lane with { Kind = "plain" };
        _times.Record(LaneTiming.Of(other), 8, 8);
        _times.Record(LaneTiming.Of(other), 64, 64);
        Assert.Equal(8, _sizes.Of(other, 100));
    }

    [Fact]
    public void Of_FixedShapes_AreWhatTheOptionsSay()
    {
        _memory.Measured(LaneTiming.Of(Lane), 1, 900);
        Assert.Equal(4, _sizes.Of(Lane with { Mode = ComputeMode.Exact }, 100));
        Assert.Equal(1, _sizes.Of(Lane with { Alone = 7 }, 100));
        Assert.Equal(2, _sizes.Of(Lane with { Stage = Stage.Severity }, 100));
    }
}
