using FlashDiffusion.Engine.Forecasts;

namespace FlashDiffusion.Engine.Tests.Forecasts;

public sealed class ForecastTests
{
    [Fact]
    public void Completions_Alone_IsStepsTimesTimePlusFinish()
    {
        var completions = Forecast.Completions([Work(1, "a", 100, _ => 0.1, 0.5)], 8);
        Assert.Equal(10.5, completions[1], 1e-9);
    }

    [Fact]
    public void Completions_TwoInABatch_ShareTheirSteps()
    {
        var completions = Forecast.Completions([Work(1, "a", 10, batch => batch, 0), Work(2, "a", 30, batch => batch, 0)], 8);
        Assert.Equal(20, completions[1], 1e-9);
        Assert.Equal(40, completions[2], 1e-9);
    }

    [Fact]
    public void Completions_MoreThanABatch_TheLastWaits()
    {
        var completions = Forecast.Completions([Work(1, "a", 10, _ => 1, 0), Work(2, "a", 10, _ => 1, 0), Work(3, "a", 5, _ => 1, 0)], 2);
        Assert.Equal(10, completions[1], 1e-9);
        Assert.Equal(15, completions[3], 1e-9);
    }

    [Fact]
    public void Completions_TwoGroups_TakeTurns()
    {
        var completions = Forecast.Completions([Work(1, "a", 10, _ => 1, 0), Work(2, "b", 20, _ => 2, 0)], 8);
        Assert.Equal(30, completions[1], 1e-9);
        Assert.Equal(50, completions[2], 1e-9);
    }

    [Fact]
    public void Completions_UnknownStepTime_IsLeftOut()
    {
        var completions = Forecast.Completions([Work(1, "a", 10, _ => null, 0), Work(2, "b", 10, _ => 1, 0)], 8);
        Assert.DoesNotContain(1, completions.Keys);
        Assert.Equal(10, completions[2], 1e-9);
    }

    [Fact]
    public void Completions_NoStepsLeft_IsTheFinish() =>
        Assert.Equal(0.5, Forecast.Completions([Work(1, "a", 0, _ => 1, 0.5)], 8)[1], 1e-9);

    private static ForecastWork Work(long id, string group, int steps, Func<int, double?> seconds, double finish) => new(id, group, steps, seconds, finish);
}
