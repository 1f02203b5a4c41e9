using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Engine.Tests.Forecasts;

/// <summary>A forecast that takes time holds for a while; each look at the clock takes a millisecond here.</summary>
public sealed class RecentForecastTests : IDisposable
{
    private readonly EngineHarness _harness = new();
    private readonly FakeTimeProvider _clock = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
    private readonly StepTimes _times = new();
    private readonly RecentForecast _forecast;

    public RecentForecastTests()
    {
        var sizes = new BatchSizes(_harness.Options, _times, new MemoryBudget(null));
        _forecast = new RecentForecast(new EtaEstimator(_times, sizes, SchedulingPolicies.Of(_harness.Options), _clock), _clock);
    }

    [Fact]
    public void Of_SoonAfter_ComesNearerAndIsNotMadeAnew()
    {
        var samples = Begin(2);
        Measure(samples[0], 0.1);
        var (made, work) = _forecast.Of(samples);
        Measure(samples[0], 10);
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        var soon = _forecast.Of(samples);
        Assert.All(samples, sample => Assert.InRange(made[sample.Id] - soon.Completions[sample.Id], 0.010, 0.1));
        Assert.Equal(work, soon.Work);

        _clock.Advance(TimeSpan.FromSeconds(5));
        var late = _forecast.Of(samples);
        Assert.All(samples, sample => Assert.True(late.Completions[sample.Id] > 5 * made[sample.Id]));
        Assert.True(late.Work > 5 * work);
    }

    [Fact]
    public void Of_OneMoreOrAnother_IsMadeAnewAtOnce()
    {
        var samples = Begin(3);
        Measure(samples[0], 0.1);
        Assert.Equal(samples[..2].Select(sample => sample.Id), _forecast.Of(samples[..2]).Completions.Keys.Order());
        Assert.Equal(samples.Select(sample => sample.Id), _forecast.Of(samples).Completions.Keys.Order());
        Assert.Equal(samples[..2].Select(sample => sample.Id), _forecast.Of(samples[..2]).Completions.Keys.Order());
        Assert.Equal(samples[1..].Select(sample => sample.Id), _forecast.Of(samples[1..]).Completions.Keys.Order());
        Assert.Empty(_forecast.Of([]).Completions);
    }

    public void Dispose()
    {
        _harness.RunUntilIdle();
        _harness.Dispose();
    }

    private Sample[] Begin(int count)
    {
        for (ulong seed = 1; seed <= (ulong)count; seed++)
        {
            _harness.Submit(_harness.Request(seed, startTimestep: 50));
        }

        _harness.Tick(5);
        return [.. _harness.Loop.Samples.OrderBy(sample => sample.Id)];
    }

    private void Measure(Sample sample, double seconds) => _times.Record(LaneTiming.Of(sample.Lane), 1, seconds);
}
