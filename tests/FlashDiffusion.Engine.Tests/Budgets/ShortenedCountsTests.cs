using System.Diagnostics.Metrics;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using static FlashDiffusion.Engine.Tests.Budgets.WarmHarness;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>Whoever keeps accounts hears of a trajectory that is cut once more: metrics, and quotas of steps.</summary>
public sealed class ShortenedCountsTests : IDisposable
{
    private readonly List<string> _measured = [];
    private readonly MeterListener _meters = new();

    [Fact]
    public async Task CutAgainAndAgain_IsCountedOnce()
    {
        using var harness = await ListenAsync();
        Assert.InRange(await ShortenAsync(harness, _ => { }), 1, int.MaxValue);
        Assert.Single(_measured, "flashdiffusion.requests.shortened");
    }

    [Fact]
    public async Task CutAgain_SaysNothingOfTheFirstEta()
    {
        using var harness = await ListenAsync();
        await ShortenAsync(harness, _ => { });
        Assert.DoesNotContain("flashdiffusion.estimator.eta_error", _measured);

        harness.Submit(harness.Request(2));
        harness.RunUntilIdle();
        Assert.Single(_measured, "flashdiffusion.estimator.eta_error");
    }

    [Fact]
    public async Task CutAgain_TellsWhoCountsSteps()
    {
        using var harness = await ListenAsync();
        var told = new List<int>();
        var fewer = await ShortenAsync(harness, told.Add);
        Assert.Equal(fewer, told[0] - told[^1]);
        Assert.Equal(told.Distinct().OrderDescending(), told);
    }

    public void Dispose() => _meters.Dispose();

    private async Task<EngineHarness> ListenAsync()
    {
        var harness = await WarmAsync();
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, harness.Telemetry.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<double>((instrument, _, _, _) => _measured.Add(instrument.Name));
        _meters.SetMeasurementEventCallback<long>((instrument, _, _, _) => _measured.Add(instrument.Name));
        _meters.Start();
        return harness;
    }

    // Its device becomes slower twice. How many steps fewer it took than it had announced.
    private static async Task<int> ShortenAsync(EngineHarness harness, Action<int> planned)
    {
        var session = harness.Submit(harness.Request(1, Whole - 1) with { TimeLimit = TimeSpan.FromMilliseconds(500), Planned = planned });
        harness.Tick(8);
        var first = StepsOf(harness);
        harness.StepTime = TimeSpan.FromMilliseconds(8);
        harness.Tick(12);
        var second = StepsOf(harness);
        harness.StepTime = TimeSpan.FromMilliseconds(12);
        harness.RunUntilIdle();
        var events = await EngineHarness.EventsAsync(session);
        var (accepted, result) = (Assert.IsType<AcceptedEvent>(events[0]), Assert.IsType<ResultEvent>(events[^1]));
        Assert.True(accepted.TotalSteps == first && first > second && second > result.Cost.Steps, $"{first}, {second} and {result.Cost.Steps} steps.");
        return first - result.Cost.Steps;
    }

    private static int StepsOf(EngineHarness harness) => Assert.Single(harness.Loop.Samples).Steps.Length;
}
