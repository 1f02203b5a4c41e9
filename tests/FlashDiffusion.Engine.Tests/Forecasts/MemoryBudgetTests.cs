using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Engine.Tests.Forecasts;

public sealed class MemoryBudgetTests
{
    private static readonly TimingKey Small = new(Stage.Step, "model", "solver", "guided", new PictureShape(64, 64));
    private static readonly TimingKey Large = Small with { Working = new PictureShape(128, 128) };

    [Fact]
    public void Rows_NothingKnown_IsNull() => Assert.Null(new MemoryBudget(1000).Rows(Small));

    [Theory]
    [InlineData(1000, 10)]
    [InlineData(150, 1)]
    [InlineData(10, 1)]
    public void Rows_Measured_FillTheBudgetAndNeverLessThanOne(long budget, int rows)
    {
        var memory = new MemoryBudget(budget);
        memory.Measured(Small, 4, 400);
        Assert.Equal(rows, memory.Rows(Small));
    }

    [Fact]
    public void Rows_AnotherSize_ScaleWithThePixels()
    {
        var memory = new MemoryBudget(4000);
        memory.Measured(Small, 4, 400);
        Assert.Equal((40, 10), (memory.Rows(Small), memory.Rows(Large)));
    }

    [Fact]
    public void Rows_OnlyOtherWorkOfTheModelMeasured_TakesTheMostThatAnyNeeds()
    {
        var memory = new MemoryBudget(1000);
        memory.Measured(Small with { Kind = "plain" }, 1, 50);
        memory.Measured(Small, 1, 100);
        memory.Measured(Large with { Kind = "third" }, 1, 200);
        Assert.Equal((10, 20), (memory.Rows(Small with { Runner = "another" }), memory.Rows(Small with { Kind = "plain" })));
        Assert.Null(memory.Rows(Small with { Model = "another" }));
    }

    [Fact]
    public void Measured_SmallerPeakThanKnown_ChangesNothing()
    {
        var memory = new MemoryBudget(1000);
        memory.Measured(Small, 4, 400);
        memory.Measured(Small, 8, 80);
        Assert.Equal(10, memory.Rows(Small));
    }

    [Fact]
    public void Failed_AWhileAgo_IsTriedAgain()
    {
        var time = new FakeTimeProvider();
        var memory = new MemoryBudget(1000, time);
        memory.Measured(Small, 4, 400);
        memory.Failed(Small, 3);
        Assert.Equal(2, memory.Rows(Small));
        time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(10, memory.Rows(Small));
        memory.Failed(Small, 8);
        Assert.Equal(7, memory.Rows(Small));
    }

    [Fact]
    public void Measured_BesideOthers_CountsUntilSomethingSureIsKnown()
    {
        var memory = new MemoryBudget(1000);
        memory.Measured(Small, 1, 500, alone: false);
        Assert.Equal(2, memory.Rows(Small));
        memory.Measured(Small, 4, 400);
        memory.Measured(Small, 1, 500, alone: false);
        Assert.Equal((10, 10), (memory.Rows(Small), memory.Rows(Small with { Kind = "plain" })));
    }

    [Fact]
    public void Excess_MeasuredBesideOthers_RefusesAsBefore()
    {
        var memory = new MemoryBudget(399);
        memory.Measured(Small, 1, 200);
        memory.Measured(Small, 2, 300);
        memory.Measured(Small, 1, 5000, alone: false);
        Assert.Equal(400, memory.Excess("model", Large.Working));
    }

    [Theory]
    // 100 bytes whatever the rows, 100 for each: one of four times the pixels needs 400 at the least.
    [InlineData(401, null)]
    [InlineData(399, 400.0)]
    public void Excess_OneRowAboveTheWholeBudget_IsWhatItNeeds(long budget, double? excess)
    {
        var memory = new MemoryBudget(budget);
        memory.Measured(Small, 1, 200);
        memory.Measured(Small, 4, 500);
        memory.Measured(Small, 4, 450);
        Assert.Equal((excess, null), (memory.Excess("model", Large.Working), memory.Excess("model", Small.Working)));
    }

    [Fact]
    public void Excess_SolversMeasured_IsWhatTheOneNeedsThatNeedsLeast()
    {
        var memory = new MemoryBudget(1000);
        foreach (var (rows, peak) in new[] { (1, 400L), (2, 700L) })
        {
            memory.Measured(Small, rows, peak);
            memory.Measured(Small with { Runner = "heavier" }, rows, 3 * peak);
        }

        memory.Measured(Small with { Runner = "measured once" }, 1, 5000);
        Assert.Equal(1200, memory.Excess("model", Large.Working));
        Assert.Equal((400, 1200), (memory.BytesPerRow(Small), memory.BytesPerRow(Small with { Runner = "heavier" })));
    }

    [Fact]
    public void Excess_FixedShape_CountsEachOfItsRows()
    {
        var memory = new MemoryBudget(1000);
        memory.Measured(Small, 1, 200);
        memory.Measured(Small, 4, 500);
        Assert.Null(memory.Excess("model", Large.Working, 2));
        Assert.Equal(1200, memory.Excess("model", Large.Working, 3));
    }

    [Fact]
    public void Excess_OneBatchOrNothingMeasured_IsUnknown()
    {
        var memory = new MemoryBudget(1);
        memory.Measured(Small, 4, 400);
        Assert.Equal((null, null), (memory.Excess("model", Large.Working), memory.Excess("another", Large.Working)));
        Assert.Null(new MemoryBudget(null).Excess("model", Large.Working));
    }

    [Fact]
    public void Failed_MoreRowsThanFit_StaysBelow()
    {
        var memory = new MemoryBudget(null);
        memory.Failed(Small, 6);
        memory.Failed(Small, 8);
        Assert.Equal((5, null), (memory.Rows(Small), memory.Rows(Large)));
        memory.Failed(Small, 1);
        Assert.Equal(1, memory.Rows(Small));
    }
}
