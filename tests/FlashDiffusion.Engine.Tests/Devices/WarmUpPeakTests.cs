using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Devices;

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

    private bool Measure(Action meanwhile)
    {
        Assert.SkipWhen(ResidentPeak.Start() is null, "The kernel does not say what a process held at most.");
        var peak = WarmUpPeak.Begin(_ledger, _work, rows: 2);
        Assert.True(_ledger.TryEnterBeside());
        Assert.True(_ledger.TryEnterBeside());
        using var activations = ones(64 << 20);
        meanwhile();
        return peak.End()!.Value.IsAlone;
    }
}
