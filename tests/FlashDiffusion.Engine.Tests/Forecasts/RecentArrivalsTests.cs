using FlashDiffusion.Engine.Forecasts;
using FsCheck;
using FsCheck.Fluent;

namespace FlashDiffusion.Engine.Tests.Forecasts;

public sealed class RecentArrivalsTests
{
    private const long Second = 1_000_000;

    private readonly RecentArrivals _arrivals = new(Second);

    [Fact]
    public void Rate_FewerThanEnough_IsNone()
    {
        Assert.Equal(0, _arrivals.Rate(0));
        for (var i = 1; i < RecentArrivals.Fewest; i++)
        {
            Add(i);
        }

        Assert.Equal(0, _arrivals.Rate(RecentArrivals.Fewest * Second));
        Add(RecentArrivals.Fewest);
        Assert.Equal(1, _arrivals.Rate(RecentArrivals.Fewest * Second), 1e-9);
    }

    [Fact]
    public void Rate_WhoKnowsNothingOfOthers_IsTheirs()
    {
        // Half of them meet others, who are under way for half of the time.
        for (var i = 0; i < 2 * RecentArrivals.Kept; i++)
        {
            var at = 3 * i;
            Add(at, joins: i % 2 == 1);
            _arrivals.Rest((at + (i % 2 == 1 ? 3 : 0)) * Second);
        }

        Assert.InRange(_arrivals.Rate(3 * ((2 * RecentArrivals.Kept) - 1) * Second), 0.32, 0.34);
    }

    [Fact]
    public void Rate_WhoWaitsForEachResult_IsNone()
    {
        for (var i = 0; i < 100; i++)
        {
            Add(10 * i, joins: false);
            _arrivals.Rest(((10 * i) + 9) * Second);
        }

        Assert.Equal(0, _arrivals.Rate(1000 * Second));
    }

    [Fact]
    public void Rate_AfterAFlood_FallsWhileNobodyComes()
    {
        for (var i = 0; i < RecentArrivals.Kept; i++)
        {
            Add(0.1 * i);
        }

        var last = _arrivals.Rate((long)(0.1 * RecentArrivals.Kept * Second));
        Assert.InRange(last, 8, 10);
        _arrivals.Rest(10 * Second);
        foreach (var seconds in new[] { 10, 60, 600, 3600 })
        {
            var rate = _arrivals.Rate(seconds * Second);
            Assert.InRange(rate, 0, Math.Min(last, (double)RecentArrivals.Fewest / (seconds - (0.1 * RecentArrivals.Kept))));
            last = rate;
        }
    }

    [Fact]
    public void Rate_AnyHistory_IsAFiniteNumberOfAtLeast0() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithQuietOnSuccess(true), Prop.ForAll(ArbMap.Default.ArbFor<(byte Wait, bool Joins, bool Rests)[]>(), history =>
        {
            var (arrivals, now) = (new RecentArrivals(Second), 0L);
            foreach (var (wait, joins, rests) in history.Concat(history).Concat(history))
            {
                now += wait * 1000L;
                arrivals.Add(Arrival(wait), now, joins);
                if (rests)
                {
                    arrivals.Rest(now);
                }

                Assert.InRange(arrivals.Rate(now), 0, double.MaxValue);
                Assert.True(arrivals.Rate(now + Second) <= arrivals.Rate(now));
            }
        }));

    [Fact]
    public void Mixed_IsOfThoseRemembered_ShortOnesAndLongOnesFromTheStart()
    {
        for (var i = 0; i < 3 * RecentArrivals.Kept; i++)
        {
            _arrivals.Add(Arrival(i), i * Second, true);
        }

        var mixed = _arrivals.Mixed();
        Assert.Equal(RecentArrivals.Kept, mixed.Length);
        Assert.All(mixed, arrival => Assert.InRange(arrival.Steps, 2 * RecentArrivals.Kept, 3 * RecentArrivals.Kept));
        Assert.InRange(mixed.Take(4).Average(arrival => arrival.Steps), 2.3 * RecentArrivals.Kept, 2.7 * RecentArrivals.Kept);
        Assert.True(mixed.Distinct().Count() > RecentArrivals.Kept / 2);
    }

    private static PastArrival Arrival(int steps) => new(default, [], steps);

    private void Add(double seconds, bool joins = true) => _arrivals.Add(Arrival(1), (long)(seconds * Second), joins);
}
