using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using TorchSharp;

namespace FlashDiffusion.Engine.Tests.Devices;

public sealed class DeviceLoopTests
{
    [Fact]
    public async Task Tick_OneRequest_RunsEveryStepAndDecodes()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(harness.Request(1));
        harness.RunUntilIdle();

        var result = await EngineHarness.ResultAsync(session);
        Assert.Equal(10, result.Cost.Steps);
        Assert.Equal([3L, 16, 16], result.Picture.Shape);
    }

    [Fact]
    public void Tick_AfterManyRequests_LeavesNoTensorAlive()
    {
        using var harness = new EngineHarness();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (ulong seed = 0; seed < 10; seed++)
        {
            harness.Submit(harness.Request(seed, startTimestep: (int)seed));
        }

        harness.RunUntilIdle();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(10, harness.Ledger.Ended(SessionOutcome.Completed));
    }
}
