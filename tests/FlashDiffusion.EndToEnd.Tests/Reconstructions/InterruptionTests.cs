using System.Globalization;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Protobuf.WellKnownTypes;
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
    public async Task Deadline_TooShortForEveryStep_FirstEventSaysHowTheTrajectoryWasCut()
    {
        // Whether the answer then comes in time is a law of virtual time (the engine's tests): a busy machine may break any promise.
        var request = await Requests.FaultyAsync(Server, "none", delay: 50);
        await MeasuredAsync(request);

        using (var call = Server.Reconstruction.Reconstruct(request, Requests.Call.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(20))))
        {
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            var accepted = call.ResponseStream.Current.Accepted;

            Assert.NotNull(accepted.Cut);
            Assert.InRange(accepted.TotalSteps, 1, 500);
        }

        await Server.EventuallyAsync(ActiveSlots, 0);
    }

    [Fact]
    public async Task NetworkCalls_Limited_AnswerComesWithAShorterTrajectoryAndNoMoreCalls()
    {
        var request = await Requests.BlurredAsync(Server);
        request.Sampling = null;
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full };
        request.Scheduling = new V1.Scheduling { MaxNetworkCalls = 8 };

        var events = await Requests.ReconstructAsync(Server, request);

        Assert.NotNull(events[0].Accepted.Cut);
        Assert.InRange(events[^1].Result.Cost.UnetForward, 1, 8);
        Assert.Equal(events[0].Accepted.TotalSteps, events[^1].Result.Cost.Steps);
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

    [Fact]
    public async Task TimeLimit_ShorterThanTheStepThatRuns_IsRefusedWithTheEta()
    {
        // Without a deadline of its own, so that nothing is promised.
        using var busy = Server.Reconstruction.Reconstruct(await Requests.FaultyAsync(Server, "none", delay: 1000), new CallOptions(cancellationToken: TestContext.Current.CancellationToken));
        Assert.True(await busy.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var request = await Requests.BlurredAsync(Server);
        request.Scheduling = new V1.Scheduling { TimeLimit = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(5)) };

        var refused = await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(Server, request));

        Assert.Equal(StatusCode.DeadlineExceeded, refused.StatusCode);
        var eta = refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata["eta_seconds"];
        Assert.InRange(double.Parse(eta, CultureInfo.InvariantCulture), 0.005, 60);
        busy.Dispose();
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

    // What was never measured is taken to be in time.
    private async Task MeasuredAsync(V1.ReconstructRequest request)
    {
        using (var call = Server.Reconstruction.Reconstruct(request, Requests.Call))
        {
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken) && call.ResponseStream.Current.Progress is not { Step: >= 10 })
            {
            }
        }

        await Server.EventuallyAsync(ActiveSlots, 0);
    }
}
