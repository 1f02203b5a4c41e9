using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Sessions;

public sealed class SessionLedgerTests
{
    [Fact]
    public void TryEnter_Full_RefusesUntilOneEnds()
    {
        using var harness = new EngineHarness();
        var ledger = new SessionLedger(1, harness.Telemetry);
        Assert.Null(ledger.TryEnter());
        Assert.Equal(RejectionReason.QueueFull, ledger.TryEnter());
        ledger.Finish(Session(harness), Failed(), 1);
        Assert.Null(ledger.TryEnter());
    }

    [Fact]
    public void TryEnter_Closed_IsDraining()
    {
        using var harness = new EngineHarness();
        var ledger = new SessionLedger(1, harness.Telemetry);
        ledger.Close();
        Assert.Equal(RejectionReason.Draining, ledger.TryEnter());
    }

    [Fact]
    public void Finish_Twice_CountsOnce()
    {
        using var harness = new EngineHarness();
        var ledger = new SessionLedger(2, harness.Telemetry);
        ledger.TryEnter();
        ledger.TryEnter();
        var session = Session(harness);
        ledger.Finish(session, Failed(), 1);
        ledger.Finish(session, Failed(), 1);
        Assert.Equal(1, ledger.Active);
        Assert.Equal(1, ledger.Ended(SessionOutcome.Cancelled));
    }

    [Fact]
    public async Task WhenEmptyAsync_LastEnds_Completes()
    {
        using var harness = new EngineHarness();
        var ledger = new SessionLedger(2, harness.Telemetry);
        ledger.TryEnter();
        var empty = ledger.WhenEmptyAsync(TestContext.Current.CancellationToken);
        Assert.False(empty.IsCompleted);
        ledger.Finish(Session(harness), Failed(), 1);
        await empty.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static ReconstructionSession Session(EngineHarness harness) => new(1, harness.Request(1), harness.Time, () => { });

    private static FailedEvent Failed() => new(new Failure(SessionOutcome.Cancelled, "TEST", "For a test."));
}
