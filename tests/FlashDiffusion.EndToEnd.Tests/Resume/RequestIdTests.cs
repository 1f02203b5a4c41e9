using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Resume;

[Collection(ServerCollection.Name)]
public sealed class RequestIdTests(SharedServer shared)
{
    private const string Solved = "flashdiffusion_request_duration_seconds_count";

    private RunningServer Server => shared.Server;

    [Fact]
    public async Task SameId_AtOnceAndAfterTheEnd_IsOneSolve()
    {
        var request = await NamedAsync();
        var before = await Server.MetricAsync(Solved) ?? 0;

        var both = await Task.WhenAll(Requests.ReconstructAsync(Server, request), Requests.ReconstructAsync(Server, request));
        var later = await Requests.ReconstructAsync(Server, request);

        Assert.All(both.Append(later), events =>
        {
            Assert.NotNull(events[0].Accepted);
            Assert.Equal(both[0][^1].Result.Picture.Tensor.Data, events[^1].Result.Picture.Tensor.Data);
            Assert.Equal(events.Select((_, i) => (ulong)i), events.Select(answer => answer.Sequence));
        });
        Assert.Equal(before + 1, await Server.MetricAsync(Solved));
    }

    [Fact]
    public async Task SameId_OtherPayload_IsAlreadyExists()
    {
        var request = await NamedAsync();
        await Requests.ReconstructAsync(Server, request);
        request.Seed++;
        var refused = await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(Server, request));
        Assert.Equal(StatusCode.AlreadyExists, refused.StatusCode);
        Assert.Equal("REQUEST_ID_TAKEN", refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
    }

    [Fact]
    public async Task Detach_ClientGone_ResultCanBeFetchedUntilItsTime()
    {
        var request = await NamedAsync();
        request.OnDisconnect = V1.OnDisconnect.Detach;
        request.ResultLifetime = Duration.FromTimeSpan(TimeSpan.FromSeconds(20));
        using (var call = Server.Reconstruction.Reconstruct(request, Requests.Call))
        {
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }

        var answer = await EndAsync(request.RequestId);
        Assert.Equal(V1.ReconstructionState.Completed, answer.State);
        Assert.NotEmpty(answer.Result.Picture.Tensor.Data);
        Assert.True(answer.Accepted.TotalSteps > 0);
        Assert.NotNull(answer.ExpireTime);
        var expected = (await Requests.ReconstructAsync(Server, new V1.ReconstructRequest(request) { RequestId = Guid.NewGuid().ToString() }))[^1].Result;
        Assert.Equal(expected.Picture.Tensor.Shape, answer.Result.Picture.Tensor.Shape);

        var gone = StatusCode.OK;
        for (var i = 0; i < 60 && gone == StatusCode.OK; i++)
        {
            await Task.Delay(1000, TestContext.Current.CancellationToken);
            gone = await StatusOfAsync(request.RequestId);
        }

        Assert.Equal(StatusCode.NotFound, gone);
    }

    [Fact]
    public async Task Cancel_WhileItRuns_EndsItForAllAndSaysWhy()
    {
        var request = await Requests.FaultyAsync(Server, "none", delay: 20);
        request.RequestId = Guid.NewGuid().ToString();
        using var call = Server.Reconstruction.Reconstruct(request, Requests.Call);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        var cancelled = await Server.Reconstruction.CancelReconstructionAsync(new V1.CancelReconstructionRequest { RequestId = request.RequestId }, Requests.Call);

        Assert.Equal(V1.ReconstructionState.Cancelled, cancelled.State);
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
            }
        });
        Assert.Equal((StatusCode.Cancelled, "CANCELLED_ON_REQUEST"), (failure.StatusCode, failure.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.Equal("CANCELLED_ON_REQUEST", (await EndAsync(request.RequestId)).Failure.Reason);
    }

    [Fact]
    public async Task LastStreamBreaks_WithoutDetach_FreesItsPlace()
    {
        var request = await Requests.FaultyAsync(Server, "none", delay: 50);
        request.RequestId = Guid.NewGuid().ToString();
        using (var call = Server.Reconstruction.Reconstruct(request, Requests.Call))
        {
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }

        await Server.EventuallyAsync("flashdiffusion_slots_active", 0);
        Assert.Equal(V1.ReconstructionState.Cancelled, (await EndAsync(request.RequestId)).State);
    }

    [Fact]
    public async Task Get_UnknownIdOrBadWait_IsExplained()
    {
        Assert.Equal(StatusCode.NotFound, await StatusOfAsync("nobody"));
        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync(""));
        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync("nobody", TimeSpan.FromSeconds(61)));
    }

    private async Task<V1.GetReconstructionResponse> EndAsync(string id) => await Server.Reconstruction.GetReconstructionAsync(
        new V1.GetReconstructionRequest { RequestId = id, Wait = Duration.FromTimeSpan(TimeSpan.FromSeconds(60)) }, Requests.Call);

    private async Task<StatusCode> StatusOfAsync(string id, TimeSpan wait = default)
    {
        try
        {
            await Server.Reconstruction.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = id, Wait = Duration.FromTimeSpan(wait) }, Requests.Call);
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }

    private async Task<V1.ReconstructRequest> NamedAsync()
    {
        var request = await Requests.BlurredAsync(Server, 32, 32);
        request.RequestId = Guid.NewGuid().ToString();
        request.Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor };
        return request;
    }
}
