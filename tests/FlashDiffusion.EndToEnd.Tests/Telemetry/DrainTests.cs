using FlashDiffusion.EndToEnd.Tests.Servers;
using Grpc.Core;
using Grpc.Health.V1;

namespace FlashDiffusion.EndToEnd.Tests.Telemetry;

/// <summary>Those who ask for the health know of an end before the ports close.</summary>
public sealed class DrainTests(OperatedServer operated) : IClassFixture<OperatedServer>
{
    [Fact]
    public async Task Drain_ThenTermination_IsSeenByWatchersFirstAndLosesNothing()
    {
        var server = operated.Server;
        using var watch = new Health.HealthClient(server.Channel).Watch(new HealthCheckRequest { Service = "readiness" }, Requests.Call);
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.ResponseStream.Current.Status);
        var request = await Requests.BlurredAsync(server);
        using var running = server.Reconstruction.Reconstruct(request, Requests.Call);
        Assert.True(await running.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        server.Terminate();

        // The ports stay open for a while: the watcher is told, new requests are told where to go.
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        var refused = await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(server, request));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await new Health.HealthClient(server.Channel).CheckAsync(new HealthCheckRequest { Service = "liveness" }, Requests.Call)).Status);
        V1.ReconstructResponse? last = null;
        await foreach (var happened in running.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            last = happened;
        }

        Assert.NotNull(last?.Result);

        // Nobody has to close his watch for the server to end.
        Assert.False(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(0, await server.EndAsync());
    }

    [Fact]
    public async Task Termination_StreamsOnWhichNothingRuns_EndAndKeepNobody()
    {
        await using var server = await RunningServer.StartAsync(["--grace=120"]);
        using var ready = new Health.HealthClient(server.Channel).Watch(new HealthCheckRequest { Service = "readiness" }, Requests.Call);
        using var alive = new Health.HealthClient(server.Channel).Watch(new HealthCheckRequest { Service = "liveness" }, Requests.Call);
        Assert.True(await ready.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.True(await alive.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        using var idle = new Inference.GRPCInferenceService.GRPCInferenceServiceClient(server.Channel).ModelStreamInfer(Requests.Call);
        await idle.RequestStream.WriteAsync(new Inference.ModelInferRequest { Id = "refused" }, TestContext.Current.CancellationToken);
        Assert.True(await idle.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        server.Terminate();

        Assert.True(await ready.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, ready.ResponseStream.Current.Status);
        Assert.False(await ready.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.False(await alive.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var ended = await Assert.ThrowsAsync<RpcException>(() => idle.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal((StatusCode.Unavailable, "SERVER_SHUTTING_DOWN"), (ended.StatusCode, ended.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason));
        Assert.Equal(0, await server.EndAsync());
    }

    [Fact]
    public async Task Termination_WorkThatNobodyFollows_IsNotWaitedForAndCounted()
    {
        using var plugins = new PluginFolder();
        await using var server = await RunningServer.StartAsync([$"--plugins={plugins.FullPath}", "--grace=60"]);
        var request = await Requests.FaultyAsync(server, "none", delay: 100);
        (request.RequestId, request.OnDisconnect) = (Guid.NewGuid().ToString(), V1.OnDisconnect.Detach);
        using (var call = server.Reconstruction.Reconstruct(request, Requests.Call))
        {
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }

        await server.EventuallyAsync("flashdiffusion_requests_detached_total", 1);
        server.Terminate();

        Assert.Equal(0, await server.EndAsync());
        await server.SaysAsync("1 reconstructions end with the server");
    }

    [Fact]
    public async Task Termination_WhileACallHangs_EndsAllTheSame()
    {
        using var plugins = new PluginFolder();
        await using var server = await RunningServer.StartAsync([$"--plugins={plugins.FullPath}", "--grace=1", "--Engine:StepLimitSeconds=0"]);
        using var call = server.Reconstruction.Reconstruct(await Requests.FaultyAsync(server, "hang", delay: 0), Requests.Call);
        // Its ten good steps; the call of the next one never ends.
        V1.ReconstructResponse? happened = null;
        while (happened?.Progress?.Step is not 10)
        {
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            happened = call.ResponseStream.Current;
        }

        server.Terminate();

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))).StatusCode);
        Assert.Equal(0, await server.EndAsync());
        await server.SaysAsync("goes on at the end");
    }

    [Fact]
    public async Task AdminDrain_Asked_RefusesNewAndSaysSo()
    {
        await using var server = await RunningServer.StartAsync(["--admin=true", "--admin-port=0"]);
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(server.Admin!);
        var admin = new V1.AdminService.AdminServiceClient(channel);
        var request = await Requests.BlurredAsync(server);

        var drained = await admin.DrainAsync(new V1.DrainRequest { Wait = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(5)) }, Requests.Call);

        Assert.Equal(0, drained.Active);
        Assert.True((await admin.GetStatisticsAsync(new V1.GetStatisticsRequest(), Requests.Call)).Draining);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(server, request))).StatusCode);
        Assert.Equal(
            HealthCheckResponse.Types.ServingStatus.NotServing,
            (await new Health.HealthClient(server.Channel).CheckAsync(new HealthCheckRequest { Service = "inference.GRPCInferenceService" }, Requests.Call)).Status);
    }
}
