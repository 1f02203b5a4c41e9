using FlashDiffusion.Trainer.Optimisation;

namespace FlashDiffusion.Trainer.Tests.Optimisation;

public class CosineScheduleTests
{
    [Theory]
    [InlineData(1, 0.0, 0.1)]
    [InlineData(10, 0.1, 1.0)]
    [InlineData(50, 0.5, 1.0)]
    [InlineData(75, 0.75, 0.5)]
    [InlineData(100, 1.0, 0.0)]
    public void Factor_AlongARun_WarmsUpStaysAndFalls(long step, double progress, double expected) =>
        Assert.Equal(expected, new CosineSchedule(10, 0.5).Factor(step, progress), 1e-9);
}
