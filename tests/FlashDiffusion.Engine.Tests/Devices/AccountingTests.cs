using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Testing.Fakes;
using TorchSharp;

namespace FlashDiffusion.Engine.Tests.Devices;

/// <summary>Law: accepted = completed + failed + cancelled + those under way, and everything returns to zero after a storm.</summary>
public sealed class AccountingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Ledger_AfterAStorm_Balances(int storm)
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 60, MaximumBatch = 4 });
        var tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var random = new Random(storm);
        var sessions = new List<ReconstructionSession>();
        for (ulong seed = 1; seed <= 60; seed++)
        {
            if (random.Next(5) == 0)
            {
                harness.Solver.Poisoned.Add(seed);
            }
            else if (random.Next(5) == 0)
            {
                harness.Solver.Throwing.Add(seed);
            }

            var picture = new PictureShape(8 * random.Next(1, 4), 8 + random.Next(8));
            sessions.Add(harness.Submit(harness.Request(seed, random.Next(40), picture)));
            harness.Tick(random.Next(4));
            if (random.Next(3) == 0)
            {
                sessions[random.Next(sessions.Count)].Cancel();
            }

            Balance(harness.Ledger);
        }

        harness.RunUntilIdle();
        Balance(harness.Ledger);
        Assert.Equal(0, harness.Ledger.Active);
        Assert.Equal(EngineLoad.Idle, harness.Loop.Load);
        Assert.All(sessions, session => Assert.False(session.Events.IsWanted));
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(harness.Ledger.Ended(SessionOutcome.Completed) > 0);
        Assert.True(harness.Ledger.Ended(SessionOutcome.SolverFailed) > 0);
        Assert.True(harness.Ledger.Ended(SessionOutcome.Cancelled) > 0);
    }

    [Fact]
    public async Task Cost_OfARequest_IsCounted()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1, startTimestep: 6));
        harness.Submit(harness.Request(2, startTimestep: 3));
        harness.RunUntilIdle();
        var cost = (await EngineHarness.ResultAsync(session)).Cost;

        // Seven guided steps, one encoding and one decode of its mean for the residual, one last decode.
        Assert.Equal(new StepCost(7, 7, 9, 7, 1), cost.Calls);
        Assert.Equal((7, 0, 1000), (cost.Steps, cost.SeverityEncoder, cost.FullSteps));
    }

    private static void Balance(SessionLedger ledger) =>
        Assert.Equal(ledger.Accepted, ledger.Active + Enum.GetValues<SessionOutcome>().Sum(ledger.Ended));
}
