using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Engine.Tests.Forecasts;

/// <summary>Who is expected to come takes what those take that are there: on a device whose units keep behind what they were said to take too.</summary>
public sealed class ExpectedPaceTests : IDisposable
{
    private readonly EngineHarness _harness = new();
    private readonly StepTimes _times = new();
    private readonly EtaEstimator _etas;

    public ExpectedPaceTests()
    {
        var sizes = new BatchSizes(_harness.Options, _times, new MemoryBudget(null));
        _etas = new EtaEstimator(_times, sizes, SchedulingPolicies.Of(_harness.Options), new FakeTimeProvider());
    }

    [Fact]
    public void Expect_OnADeviceBehindItsTimes_IsAsLateAsWhoIsThere()
    {
        var sample = Begin();
        _times.Record(LaneTiming.Of(sample.Lane), 1, 0.1);
        _times.Record(LaneTiming.Of(sample.LaneAt(sample.Steps.Length)), 1, 0.2);
        for (var unit = 0; unit < 1_000; unit++)
        {
            _etas.Pace.Record(0.1, 0.15);
        }

        var there = _etas.WorkOf(sample);
        var expected = _etas.Expect(EtaEstimator.Remember(sample))(99, 0);
        Assert.Equal((0.15, 0.3), (Math.Round(there.StepSeconds(1)!.Value, 3), Math.Round(there.FinishSeconds, 3)));
        Assert.Equal((there.StepSeconds(1), there.FinishSeconds), (expected.StepSeconds(1), expected.FinishSeconds));
    }

    public void Dispose()
    {
        _harness.RunUntilIdle();
        _harness.Dispose();
    }

    private Sample Begin()
    {
        _harness.Submit(_harness.Request(1));
        _harness.Tick(2);
        return Assert.Single(_harness.Loop.Samples);
    }
}
