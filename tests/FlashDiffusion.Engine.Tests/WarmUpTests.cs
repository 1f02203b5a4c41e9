using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace FlashDiffusion.Engine.Tests;

/// <summary>What warm-up learns, in real time.</summary>
// Memory is the whole process's.
[Collection(AloneCollection.Name)]
public sealed class WarmUpTests : IAsyncDisposable
{
    private readonly EngineHarness _fakes = new();
    private readonly ReconstructionEngine _engine;

    public WarmUpTests()
    {
        _engine = new ReconstructionEngine(
            new EngineOptions { MaximumSessions = 3, MaximumWorkItems = 2, Threads = 1 }, TimeProvider.System, _fakes.Telemetry, NullLogger<ReconstructionEngine>.Instance);
        _engine.Start();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _fakes.Dispose();
    }

    [Fact]
    public async Task StatisticsAsync_AfterWarmUp_ShowTheCurve()
    {
        foreach (var rows in new[] { 1, 2 })
        {
            Assert.True((await _engine.WarmUpAsync(0, Request(1, startTimestep: 1), rows, true, Cancellation)).Succeeded);
        }

        var statistics = await _engine.StatisticsAsync(Cancellation);
        var lane = Assert.Single(Assert.Single(statistics.Devices).Lanes, lane => lane.Key.Stage == Stage.Step);
        Assert.Equal([1, 2], lane.Curve.Select(point => point.Rows));
        Assert.All(lane.Curve, point => Assert.Equal(2, point.Count));
        Assert.Equal((0, 0), (statistics.Requests.Ended[SessionOutcome.Completed], statistics.Requests.Accepted));
    }

    [Fact]
    public async Task WarmUpAsync_AStepThatNeedsMemory_IsLearned()
    {
        Assert.SkipWhen(ResidentPeak.Start() is null, "The kernel does not say what a process held at most.");
        const int bytesPerRow = 64 << 20;
        var model = new FakeModel
        {
            Called = (network, rows) =>
            {
                if (network == nameof(FakeModel.Denoise))
                {
                    using var activations = TorchSharp.torch.ones(rows, bytesPerRow / sizeof(float));
                }
            },
        };
        var request = Request(1, startTimestep: 1);
        Assert.True((await _engine.WarmUpAsync(0, request with { Model = request.Model with { Model = model } }, 2, true, Cancellation)).Succeeded);
        var device = Assert.Single((await _engine.StatisticsAsync(Cancellation)).Devices);
        var lane = Assert.Single(device.Lanes, lane => lane.Key.Stage == Stage.Step);

        // Other tests of this process hold memory meanwhile too, or let go of some.
        Assert.InRange(lane.BytesPerRow ?? 0, 0.5 * bytesPerRow, 8.0 * bytesPerRow);
        Assert.Equal((int)(device.MemoryBudget!.Value / lane.BytesPerRow!.Value), lane.MemoryRows);
    }

    [Fact]
    public async Task WarmUpAsync_EveryPlaceTaken_RunsBesideThemAndIsNobodysCount()
    {
        await using var engine = new ReconstructionEngine(
            new EngineOptions { MaximumSessions = 1, Threads = 1 }, TimeProvider.System, _fakes.Telemetry, NullLogger<ReconstructionEngine>.Instance);
        engine.Start();
        using var gate = new ManualResetEventSlim();
        var waits = new FakeModel { Called = (_, _) => gate.Wait(TimeSpan.FromSeconds(60), Cancellation) };
        var running = engine.Submit(Request(1) with { Model = Request(1).Model with { Model = waits } }).Session!;
        var warm = engine.WarmUpAsync(0, Request(2, startTimestep: 1), 2, true, Cancellation);
        Assert.NotNull(engine.Submit(Request(3)).Rejection);
        gate.Set();

        Assert.True((await warm).Succeeded);
        await EngineHarness.ResultAsync(running);
        Assert.Equal(0, engine.ActiveSessions);
        Assert.Equal(3, engine.Ledger.Ended(SessionOutcome.Completed));
        Assert.Equal(1, _fakes.Telemetry.Tally.All.Values.Sum(counts => counts.Completed));
        Assert.Equal(10, _fakes.Telemetry.Tally.All.Values.SelectMany(counts => counts.Batches).Sum(batch => batch.Key * batch.Value.Count));
    }

    private ReconstructionRequest Request(ulong seed, int startTimestep = 9) => _fakes.Request(seed, startTimestep, fill: 0.25f);
}
