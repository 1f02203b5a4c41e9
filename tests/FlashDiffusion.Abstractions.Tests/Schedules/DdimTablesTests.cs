namespace FlashDiffusion.Schedules;

public sealed class DdimTablesTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Create(1000, 0.0015, 0.0195);

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(30)]
    [InlineData(300)]
    [InlineData(999)]
    [InlineData(1000)]
    public void Create_AnyStepCount_HoldsThatManyDistinctTimestepsAndBothEnds(int steps)
    {
        var tables = DdimTables.Create(Schedule, steps, 0.5);
        Assert.Equal(steps, tables.Timesteps.Distinct().Count());
        Assert.Equal(tables.Timesteps.Order(), tables.Timesteps);
        Assert.Equal((0, 999), (tables.Timesteps[0], tables.Timesteps[^1]));
        Assert.Equal((1f, 0f), (tables.AlphasPrev[0], tables.Sigmas[0]));
        Assert.Equal(tables.Alphas[..^1], tables.AlphasPrev[1..]);
    }

    [Fact]
    public void Create_OneStep_StandsAtTheNoisiestTimestep() => Assert.Equal([999], DdimTables.Create(Schedule, 1, 0).Timesteps);

    [Fact]
    public void FromStart_ShorterTrajectory_EndsAtZero() => Assert.Equal([0, 3, 5, 8, 10], DdimTables.FromStart(Schedule, 10, 5, 0).Timesteps);

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1001, 0.0)]
    [InlineData(10, -0.1)]
    [InlineData(10, 1.1)]
    [InlineData(10, double.NaN)]
    public void Create_OutOfRange_IsRefused(int steps, double eta)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DdimTables.Create(Schedule, steps, eta));
        Assert.Throws<ArgumentOutOfRangeException>(() => DdimTables.Official(Schedule, steps, eta));
    }

    [Theory]
    [InlineData(30, 31)]
    [InlineData(7, 8)]
    public void Official_StepsThatDoNotDivide_GiveOneMoreAsTheResearchCodeDoes(int steps, int points) =>
        Assert.Equal(points, DdimTables.Official(Schedule, steps, 0).Timesteps.Length);

    [Fact]
    public void Official_GridPastTheSchedule_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DdimTables.Official(Schedule, 300, 0));
}
