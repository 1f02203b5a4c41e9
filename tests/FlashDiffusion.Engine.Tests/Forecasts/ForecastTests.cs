using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Forecasts;

public sealed class ForecastTests
{
    [Fact]
    public void Completions_Alone_IsStepsTimesTimePlusFinish()
    {
        var completions = Completions([Work(1, "a", 100, _ => 0.1, 0.5)], 8);
        Assert.Equal(10.5, completions[1], 1e-9);
    }

    [Fact]
    public void Completions_TwoInABatch_ShareTheirSteps()
    {
        var completions = Completions([Work(1, "a", 10, batch => batch, 0), Work(2, "a", 30, batch => batch, 0)], 8);
        Assert.Equal(20, completions[1], 1e-9);
        Assert.Equal(40, completions[2], 1e-9);
    }

    [Fact]
    public void Completions_MoreThanABatch_TheLastWaits()
    {
        var completions = Completions([Work(1, "a", 10, _ => 1, 0), Work(2, "a", 10, _ => 1, 0), Work(3, "a", 5, _ => 1, 0)], 2);
        Assert.Equal(10, completions[1], 1e-9);
        Assert.Equal(15, completions[3], 1e-9);
    }

    [Fact]
    public void Completions_TwoGroups_TakeTurns()
    {
        var completions = Completions([Work(1, "a", 10, _ => 1, 0), Work(2, "b", 20, _ => 2, 0)], 8);
        Assert.Equal(30, completions[1], 1e-9);
        Assert.Equal(50, completions[2], 1e-9);
    }

    [Fact]
    public void Completions_UnknownStepTime_IsLeftOut()
    {
        var completions = Completions([Work(1, "a", 10, _ => null, 0), Work(2, "b", 10, _ => 1, 0)], 8);
        Assert.DoesNotContain(1, completions.Keys);
        Assert.Equal(10, completions[2], 1e-9);
    }

    [Fact]
    public void Completions_NoStepsLeft_IsTheFinish() =>
        Assert.Equal(0.5, Completions([Work(1, "a", 0, _ => 1, 0.5)], 8)[1], 1e-9);

    [Fact]
    public void Completions_LowerRank_GoesFirst()
    {
        var completions = Forecast.Completions([Work(1, "a", 10, _ => 1, 0) with { MaximumBatch = _ => 1, Rank = 2 }, Work(2, "a", 3, _ => 1, 0) with { Rank = 1, MaximumBatch = _ => 1 }]);
        Assert.Equal((13.0, 3.0), (completions[1], completions[2]));
    }

    [Fact]
    public void Completions_SmallAmongLargeGroups_GoesAfterEachOfThem()
    {
        ForecastWork[] large = [Work(1, "a", 10, _ => 4, 0) with { Elements = 100 }, Work(2, "b", 10, _ => 4, 0) with { Elements = 100 }];
        var completions = Forecast.Completions([Work(3, "small", 10, _ => 1, 0) with { Elements = 50 }, .. large]);

        // Two small steps to one of each large group; and where two steps are no longer left, one.
        Assert.Equal((50.0, 90.0, 90.0), (completions[3], completions[1], completions[2]));
        completions = Forecast.Completions([Work(3, "small", 5, _ => 1, 0) with { Elements = 50 }, .. large]);
        Assert.Equal(4 + 1 + 4 + 1 + 4 + 1 + 4 + 1 + 4 + 1 + 4.0, completions[3], 1e-9);
    }

    [Fact]
    public void Completions_AnyWork_EndsAfterAllOfIt()
    {
        // Nothing is lost and nothing counted twice, whatever the mix: one after another all of it takes the sum.
        ForecastWork[] work = [.. Enumerable.Range(0, 60).Select(i => Work(i, $"{i % 4}", 1 + (i * 7 % 13), _ => 1, 0.5) with { Elements = 1 << (i % 4), MaximumBatch = _ => 1, Rank = i * 31 % 17 })];
        var completions = Forecast.Completions(work);
        Assert.Equal(work.Sum(item => item.RemainingSteps + 0.5), completions.Values.Max(), 1e-9);
        Assert.Equal(work.Length, completions.Count);
    }

    [Fact]
    public void Completions_LowerClass_WaitsForTheHigher()
    {
        var completions = Forecast.Completions([Work(1, "a", 10, _ => 1, 0), Work(2, "b", 3, _ => 1, 0) with { Class = Priority.High }]);
        Assert.Equal((13.0, 3.0), (completions[1], completions[2]));
    }

    private static Dictionary<long, double> Completions(ForecastWork[] work, int maximumBatch) =>
        Forecast.Completions(work.Select(item => item with { MaximumBatch = _ => maximumBatch }));

    private static ForecastWork Work(long id, string group, int steps, Func<int, double?> seconds, double finish) => new(id, group, steps, seconds, finish);
}
