using System.Net;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

[Collection(ServerCollection.Name)]
public sealed class HealthTests(SharedServer shared)
{
    [Theory]
    [InlineData("", HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("readiness", HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("liveness", HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("solver/latent_dps", HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("model/starter", HealthCheckResponse.Types.ServingStatus.Serving)]
    [InlineData("solver/ThrowingConstructor", HealthCheckResponse.Types.ServingStatus.NotServing)]
    public async Task Check_KnownService_HasItsStatus(string service, HealthCheckResponse.Types.ServingStatus expected)
    {
        var answer = await new Health.HealthClient(shared.Server.Channel).CheckAsync(new HealthCheckRequest { Service = service }, Requests.Call);

        Assert.Equal(expected, answer.Status);
    }

    [Fact]
    public async Task Check_UnknownService_IsNotFound()
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Health.HealthClient(shared.Server.Channel).CheckAsync(new HealthCheckRequest { Service = "nobody" }, Requests.Call));

        Assert.Equal((StatusCode.NotFound, "UNKNOWN_NAME"), (refusal.StatusCode, refusal.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason));
        Assert.Contains("solver/NAME", refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/healthz/live", HttpStatusCode.OK)]
    [InlineData("/healthz/ready", HttpStatusCode.OK)]
    [InlineData("/metrics", HttpStatusCode.NotFound)]
    public async Task Http_Path_AnswersOnItsOwnPortOnly(string path, HttpStatusCode expected)
    {
        using var http = new HttpClient { BaseAddress = shared.Server.Http };

        Assert.Equal(expected, (await http.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Metrics_AfterACall_HaveOurNames()
    {
        await Requests.ReconstructAsync(shared.Server, await Requests.BlurredAsync(shared.Server));

        Assert.True(await shared.Server.MetricAsync("flashdiffusion_request_duration_seconds_count") >= 1);
        Assert.True(await shared.Server.MetricAsync("flashdiffusion_step_duration_seconds_count") >= 1);
        Assert.True(await shared.Server.MetricAsync("rpc_server_call_duration_seconds_count") >= 2);
        Assert.NotNull(await shared.Server.MetricAsync("flashdiffusion_queue_length"));
        Assert.NotNull(await shared.Server.MetricAsync("flashdiffusion_queue_work"));
        Assert.True(await shared.Server.MetricAsync("flashdiffusion_batch_size_count") >= 1);
    }

    [Theory]
    [InlineData("flashdiffusion_request_duration_seconds")]
    [InlineData("flashdiffusion_request_queue_duration_seconds")]
    [InlineData("flashdiffusion_request_time_to_first_latent_seconds")]
    [InlineData("rpc_server_call_duration_seconds")]
    public async Task Buckets_OfRequestsAndCalls_ReachTenMinutes(string histogram)
    {
        await Requests.ReconstructAsync(shared.Server, await Requests.BlurredAsync(shared.Server));

        Assert.True(await shared.Server.MetricAsync($"{histogram}_bucket", "le=\"600\"") >= 1);
        Assert.NotNull(await shared.Server.MetricAsync($"{histogram}_bucket", "le=\"0.01\""));
    }

    [Fact]
    public async Task Reflection_NotAskedFor_IsNotThere()
    {
        using var call = new ServerReflection.ServerReflectionClient(shared.Server.Channel).ServerReflectionInfo(Requests.Call);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.Unimplemented, "UNIMPLEMENTED"), (refusal.StatusCode, refusal.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason));
        Assert.Contains("--reflection=true", refusal.Status.Detail, StringComparison.Ordinal);
    }
}
