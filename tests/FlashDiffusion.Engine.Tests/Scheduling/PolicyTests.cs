using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Tests.Scheduling;

public sealed class PolicyTests
{
    private static readonly LaneKey Lane = FakeWork.LaneOf("a");

    [Fact]
    public void FirstCome_LaterButShorter_Waits() =>
        Assert.Equal([1L, 2], Order("first_come", 0, 0, Work(1, 100), Work(2, 1)));

    [Fact]
    public void ShortestRemaining_LaterButShorter_GoesFirst() =>
        Assert.Equal([2L, 1], Order("shortest_remaining", 0, 0, Work(1, 100), Work(2, 1)));

    [Theory]
    [InlineData(0, 1000, 2)]
    [InlineData(0.1, 900, 2)]
    [InlineData(0.1, 1000, 1)]
    [InlineData(1, 100, 1)]
    public void ShortestRemaining_Ageing_LetsTheLongOneGoAfterAWhile(double ageing, long waitedTenths, long first)
    {
        // Eleven and one seconds of work; with an ageing of 0.1 a hundred seconds of waiting make up for the ten between them.
        var order = Order("shortest_remaining", ageing, 1000, Work(1, 11) with { AcceptedAt = 1000 - waitedTenths - 1 }, Work(2, 1) with { AcceptedAt = 1000 });
        Assert.Equal(first, order[0]);
    }

    [Fact]
    public void EarliestDeadline_NoDeadline_ComesLastInOrder() => Assert.Equal(
        [4L, 2, 1, 3],
        Order("earliest_deadline", 0, 0, Work(1, 1), Work(2, 1) with { Deadline = In(900) }, Work(3, 1), Work(4, 1) with { Deadline = In(800) }));

    [Theory]
    [InlineData("first_come")]
    [InlineData("shortest_remaining")]
    [InlineData("earliest_deadline")]
    public void AnyPolicy_DeadlineThatWouldBeMissed_GoesFirst(string policy)
    {
        // Fifty steps of a second and sixty seconds left: nobody may go in front any more, not even what is shorter, earlier or due sooner in name.
        var order = Order(policy, 0.1, 0, Work(1, 1), Work(2, 1) with { Deadline = In(59) }, Work(3, 50) with { Deadline = In(60) });
        Assert.Equal(3, order[0]);
    }

    [Fact]
    public void AnyPolicy_SameRank_KeepsTheOrderOfArrival() =>
        Assert.Equal([1L, 2, 3], Order("shortest_remaining", 0, 0, Work(1, 5), Work(2, 5), Work(3, 5)));

    [Fact]
    public void Of_UnknownName_Throws() => Assert.Throws<ArgumentException>(() => SchedulingPolicies.Of(new EngineOptions { Policy = "best" }));

    private static FakeWork Work(long id, int steps) => new(id, Lane) { RemainingSteps = steps, AcceptedAt = 0 };

    private static DateTimeOffset In(double seconds) => DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(seconds);

    private static long[] Order(string policy, double ageing, long now, params FakeWork[] work)
    {
        var scheduler = new LaneScheduler(SchedulingPolicies.Of(new EngineOptions { Policy = policy, Ageing = ageing }), (_, waiting) => waiting);
        foreach (var item in work)
        {
            scheduler.Add(item);
        }

        return [.. scheduler.InOrder(Lane, FakeWork.At(now)).Select(item => item.Id)];
    }
}
