using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Devices;

// The resident set is the whole process's.
[Collection(AloneCollection.Name)]
public sealed class WarmUpPeakTests : IDisposable
{
    private readonly EngineHarness _harness = new();
    private readonly ShortWork _work = new(4);
    private readonly SessionLedger _ledger;

    public WarmUpPeakTests() => _ledger = new SessionLedger(4, _harness.Telemetry);

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void End_NothingElse_IsAlone() => Assert.True(Measure(() => { }));

    [Fact]
    public void End_AReconstructionUnderWay_IsNot()
    {
        Assert.Null(_ledger.TryEnter());
        Assert.False(Measure(() => { }));
    }

    [Fact]
    public void End_AnotherArrives_IsNot() => Assert.False(Measure(() => Assert.Null(_ledger.TryEnter())));

    [Fact]
    public void End_ShortWorkThatCameAndWent_IsNot() => Assert.False(Measure(() => _work.TryEnter()!.Dispose()));

    [Fact]
    public async Task WarmUp_OneModelNeedsMuch_AnotherOnesMemoryStays()
    {
        Assert.SkipWhen(ResidentPeak.Start() is null, "The kernel does not say what a process held at most.");
        await using var engine = new ReconstructionEngine(
            new EngineOptions { Threads = 1 }, TimeProvider.System, _harness.Telemetry, NullLogger<ReconstructionEngine>.Instance);
        engine.Start();
        FakeModel light = new() { Name = "light" }, heavy = new()
        {
            Name = "heavy",
            Called = (_, rows) =>
            {
                using var activations = ones(rows, 64 << 20);
            },
        };
        foreach (var model in new[] { light, heavy })
        {
            var request = _harness.Request(1, startTimestep: 1);
            Assert.True((await engine.WarmUpAsync(0, request with { Model = request.Model with { Model = model } }, 1, true, TestContext.Current.CancellationToken)).Succeeded);
        }

        var lanes = Assert.Single((await engine.StatisticsAsync(TestContext.Current.CancellationToken)).Devices).Lanes
            .Where(lane => lane.Key.Stage == Stage.Step).ToDictionary(lane => lane.Key.Model);
        Assert.InRange(lanes["heavy/1"].BytesPerRow ?? 0, 128 << 20, long.MaxValue);
        Assert.InRange(lanes["light/1"].BytesPerRow ?? 0, 0, 64 << 20);
    }

    [Fact]
    public void End_MemoryThatWasFreeBefore_IsCountedWhenItIsTaken()
    {
        NativeTuning.Apply();
        Assert.SkipWhen(ResidentPeak.Start() is null, "The kernel does not say what a process held at most.");
        void Take()
        {
            using var scope = NewDisposeScope();
            for (var i = 0; i < 256; i++)
            {
                _ = ones(1 << 16);
            }
        }

        Take();
        var peak = WarmUpPeak.Begin(_ledger, _work, rows: 1);
        Take();
        Assert.InRange(peak.End()?.Bytes ?? 0, 48 << 20, long.MaxValue);
    }

    private bool Measure(Action meanwhile)
    {
        Assert.SkipWhen(ResidentPeak.Start() is null, "The kernel does not say what a process held at most.");

        // Tensors that earlier tests forgot would be freed while this one measures, and leave no peak.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var peak = WarmUpPeak.Begin(_ledger, _work, rows: 2);
        Assert.True(_ledger.TryEnterBeside());
        Assert.True(_ledger.TryEnterBeside());
        using var activations = ones(64 << 20);
        meanwhile();
        return peak.End()!.Value.IsAlone;
    }
}
