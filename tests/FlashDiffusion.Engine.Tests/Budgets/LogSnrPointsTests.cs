using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Schedules;

namespace FlashDiffusion.Engine.Tests.Budgets;

public sealed class LogSnrPointsTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Create(1000, 0.0015, 0.0195);

    [Fact]
    public void Of_AnyStartAndCount_AreDistinctAndHoldBothEnds()
    {
        foreach (var start in new[] { 0, 1, 2, 9, 57, 250, 999 })
        {
            foreach (var count in Enumerable.Range(1, Math.Min(start + 1, 60)).Append(start + 1))
            {
                var points = LogSnrPoints.Of(Schedule, start, count);
                Assert.Equal(count, points.Length);
                Assert.Equal(points, points.Distinct().Order());
                Assert.Equal(start, points[^1]);
                Assert.Equal(count == 1 ? start : 0, points[0]);
            }
        }
    }

    [Fact]
    public void Of_FewPoints_AreEvenInTheLogarithm()
    {
        var points = LogSnrPoints.Of(Schedule, 999, 6);
        var steps = points.Select(t => Math.Log(Schedule.ExactAlphasCumprod[t] / (1 - Schedule.ExactAlphasCumprod[t]))).ToArray();
        var gaps = steps.Zip(steps.Skip(1), (a, b) => a - b).ToArray();
        Assert.All(gaps, gap => Assert.Equal(gaps.Average(), gap, 0.15 * gaps.Average()));
    }
}
