using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Reconstructions;

[Collection(ServerCollection.Name)]
public sealed class InterruptionTests(SharedServer shared)
{
    private const string ActiveSlots = "flashdiffusion_slots_active";

    private RunningServer Server => shared.Server;

    [Fact]
    public async Task Cancel_RunningReconstruction_FreesItsPlace()
    {
        using var call = Server.Reconstruction.Reconstruct(await Requests.FaultyAsync(Server, "none", delay: 50), Requests.Call);
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken) && call.ResponseStream.Current.Progress is not { Step: >= 3 })
        {
        }

        Assert.True(await Server.MetricAsync(ActiveSlots) >= 1);
        call.Dispose();

        // A thousand steps of 50 ms would take most of a minute.
        await Server.EventuallyAsync(ActiveSlots, 0);
    }

    [Fact]
    public async Task Deadline_TooShortForEveryStep_IsAnsweredWithAShorterTrajectoryAndSaysSo()
    {
        var request = await Requests.FaultyAsync(Server, "none", delay: 50);

        using var call = Server.Reconstruction.Reconstruct(request, Requests.Call.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(20)));
        var events = await call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        Assert.NotNull(events[0].Accepted.Cut);
        Assert.InRange(events[0].Accepted.TotalSteps, 1, 500);
        Assert.NotNull(events[^1].Result);
        await Server.EventuallyAsync(ActiveSlots, 0);
    }

    [Fact]
    public async Task Deadline_BelowTheFloor_CallEndsAndItsPlaceIsFree()
    {
        var request = await Requests.FaultyAsync(Server, "none", delay: 50);

        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            using var call = Server.Reconstruction.Reconstruct(request, Requests.Call.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(20)));
            await foreach (var _ in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
            {
            }
        });

        Assert.Equal(StatusCode.DeadlineExceeded, refused.StatusCode);
        await Server.EventuallyAsync(ActiveSlots, 0);
    }

    [Theory]
    [InlineData("throw")]
    [InlineData("nan")]
    public async Task Solver_Fails_OnlyThatCallFailsWithItsStep(string fault)
    {
        using var healthy = Server.Reconstruction.Reconstruct(await Requests.FaultyAsync(Server, "none", delay: 20), Requests.Call);
        Assert.True(await healthy.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        var failing = await Requests.FaultyAsync(Server, fault, delay: 0);
        var failure = await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(Server, failing));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
        var info = failure.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
        Assert.Equal("flashdiffusion.dev", info.Domain);
        Assert.Equal("10", info.Metadata["step"]);
        Assert.DoesNotContain("on purpose", failure.Status.Detail, StringComparison.Ordinal);
        Assert.True(await healthy.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        healthy.Dispose();
        await Server.EventuallyAsync(ActiveSlots, 0);
    }
}
