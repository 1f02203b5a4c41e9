using FlashDiffusion.EndToEnd.Tests.Servers;
using Grpc.Core;
using Grpc.Health.V1;

namespace FlashDiffusion.EndToEnd.Tests.Lifecycle;

/// <summary>A real server whose models and plugins change, and one of whose solvers hangs, while clients stream.</summary>
public sealed class LifecycleTests(LifecycleServer lifecycle) : IClassFixture<LifecycleServer>
{
    private static bool Long => Environment.GetEnvironmentVariable("LONG") == "1";

    [Fact]
    public async Task LoadModel_AgainAndAgainUnderStreams_LosesNone()
    {
        var (reloads, clients) = Long ? (10, 20) : (3, 6);
        var request = await QuickAsync();
        var (loads, completed) = (true, 0);
        var streams = Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            while (Volatile.Read(ref loads))
            {
                Assert.NotNull((await Requests.ReconstructAsync(lifecycle.Server, request))[^1].Result);
                Interlocked.Increment(ref completed);
            }
        }, TestContext.Current.CancellationToken)).ToArray();
        for (var i = 0; i < reloads; i++)
        {
            var loaded = await lifecycle.Admin.LoadModelAsync(new V1.LoadModelRequest { Model = "starter" }, Requests.Call);
            Assert.Equal((V1.ServingState.Ready, "1"), (loaded.Model.State, loaded.Model.Version));

            // More than were under way: some began on what was loaded now.
            var expected = Volatile.Read(ref completed) + clients + 1;
            while (Volatile.Read(ref completed) < expected)
            {
                Assert.All(streams, stream => Assert.False(stream.IsFaulted, stream.Exception?.ToString()));
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }

        Volatile.Write(ref loads, false);
        await Task.WhenAll(streams);
    }

    [Fact]
    public async Task LoadModel_BrokenVersion_IsRefusedListedAndHarmsNone()
    {
        LifecycleServer.Copy(lifecycle.ModelFolder("1"), lifecycle.ModelFolder("2"));
        await using (var weights = File.OpenWrite(Path.Combine(lifecycle.ModelFolder("2"), "unet.safetensors")))
        {
            weights.Seek(-1, SeekOrigin.End);
            weights.WriteByte(0x55);
        }

        try
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await lifecycle.Admin.LoadModelAsync(new V1.LoadModelRequest { Model = "starter" }, Requests.Call));

            Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
            Assert.Contains("SHA-256", refused.Status.Detail, StringComparison.Ordinal);
            var models = (await lifecycle.Server.Catalog.ListModelsAsync(new V1.ListModelsRequest(), Requests.Call)).Models;
            Assert.Equal(V1.ServingState.Failed, models.Single(model => model is { Name: "starter", Version: "2" }).State);
            Assert.Equal("1", (await Requests.ReconstructAsync(lifecycle.Server, await QuickAsync()))[0].Accepted.ModelVersion);
        }
        finally
        {
            Directory.Delete(lifecycle.ModelFolder("2"), recursive: true);
            await lifecycle.Admin.UnloadModelAsync(new V1.UnloadModelRequest { Model = "starter", ModelVersion = "2" }, Requests.Call);
        }
    }

    [Fact]
    public async Task Repository_UnloadAndLoadByTheInferenceProtocol_IndexAndHealthFollow()
    {
        var everybody = new Inference.GRPCInferenceService.GRPCInferenceServiceClient(lifecycle.Server.Channel);
        var denied = await Assert.ThrowsAsync<RpcException>(async () => await everybody.RepositoryModelUnloadAsync(new Inference.RepositoryModelUnloadRequest { ModelName = "starter" }, Requests.Call));
        Assert.Equal(StatusCode.PermissionDenied, denied.StatusCode);
        Assert.Equal("READY", await StateAsync());
        // A thread that another test left hanging keeps the weights that it uses; these are new.
        await lifecycle.Admin.LoadModelAsync(new V1.LoadModelRequest { Model = "starter" }, Requests.Call);

        await lifecycle.Control.RepositoryModelUnloadAsync(new Inference.RepositoryModelUnloadRequest { ModelName = "starter" }, Requests.Call);
        var unloaded = await lifecycle.Admin.UnloadModelAsync(
            new V1.UnloadModelRequest { Model = "starter", ModelVersion = "1", Wait = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMinutes(1)) }, Requests.Call);

        Assert.Equal(V1.ServingState.Unloaded, Assert.Single(unloaded.Models).State);
        Assert.Equal("UNAVAILABLE", await StateAsync());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await lifecycle.HealthAsync("model/starter"));
        Assert.False((await everybody.ModelReadyAsync(new Inference.ModelReadyRequest { Name = "starter" }, Requests.Call)).Ready);

        // Where KServe's clients put the name.
        var loaded = await lifecycle.Control.RepositoryModelLoadAsync(new Inference.RepositoryModelLoadRequest { RepositoryName = "starter" }, Requests.Call);
        Assert.True(loaded.IsLoaded);
        Assert.Equal("READY", await StateAsync());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await lifecycle.HealthAsync("model/starter"));
        Assert.NotNull((await Requests.ReconstructAsync(lifecycle.Server, await QuickAsync()))[^1].Result);

        async Task<string> StateAsync() =>
            (await everybody.RepositoryIndexAsync(new Inference.RepositoryIndexRequest(), Requests.Call)).Models.Single(model => model is { Name: "starter", Version: "1" }).State;
    }

    [Fact]
    public async Task ReloadPlugins_UnderAStream_TheOldVersionEndsItAndIsCollected()
    {
        lifecycle.Install("FaultySolver");
        await lifecycle.ReloadedAsync("faulty_solver");
        var contexts = await lifecycle.Server.MetricAsync("flashdiffusion_solver_contexts");
        var slow = await FaultyAsync("none");
        slow.Solver.Parameters["delay"].Number = 250;
        using var running = lifecycle.Server.Reconstruction.Reconstruct(slow, Requests.Call);
        Assert.True(await running.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var version = lifecycle.Install("FaultySolver");

        Assert.Equal(version, (await lifecycle.ReloadedAsync("faulty_solver")).Version);
        Assert.Equal(contexts + 1, await lifecycle.Server.MetricAsync("flashdiffusion_solver_contexts"));
        Assert.NotNull((await Requests.ReconstructAsync(lifecycle.Server, await FaultyAsync("none")))[^1].Result);
        V1.ReconstructResponse? last = null;
        while (await running.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            last = running.ResponseStream.Current;
        }

        Assert.NotNull(last!.Result);
        await lifecycle.Server.EventuallyAsync("flashdiffusion_solver_contexts", contexts!.Value);
    }

    [Fact]
    public async Task Solver_Hangs_ItsCompanionsGetATokenAndTheRestGoesOn()
    {
        lifecycle.Install("FaultySolver");
        await lifecycle.ReloadedAsync("faulty_solver");
        var bystander = Requests.ReconstructAsync(lifecycle.Server, await Requests.BlurredAsync(lifecycle.Server));
        // The one that hangs comes last: the other one has as many steps behind it then.
        var (none, hang) = (await FaultyAsync("none"), await FaultyAsync("hang"));
        Task<(List<V1.ReconstructResponse> Events, RpcException Error)>[] companions = [FailedAsync(none), FailedAsync(hang)];

        foreach (var (events, error) in await Task.WhenAll(companions))
        {
            Assert.Equal(StatusCode.Internal, error.StatusCode);
            Assert.Equal("SOLVER_FAULT", error.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason);
            Assert.True(events[^1].Progress.Checkpoint.Step > 0);
            Assert.False(events[^1].Progress.Checkpoint.Token.IsEmpty);
        }

        Assert.NotNull((await bystander)[^1].Result);
        Assert.NotNull((await Requests.ReconstructAsync(lifecycle.Server, await Requests.BlurredAsync(lifecycle.Server)))[^1].Result);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await lifecycle.HealthAsync("solver/faulty_solver"));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await lifecycle.HealthAsync("readiness"));
        using var http = new HttpClient();
        Assert.Contains("faulty_solver", await http.GetStringAsync(new Uri(lifecycle.Server.Http, "/healthz/ready"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await Requests.ReconstructAsync(lifecycle.Server, await FaultyAsync("none")));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("StepLimitSeconds", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Constructor_Hangs_TheOldVersionServesMeanwhileAndAfterwards()
    {
        var old = (await lifecycle.ReloadedAsync("good_solver")).Version;
        var version = lifecycle.Install("FaultySolver", "HaltingConstructorSolver", place: "GoodSolver");

        var reloading = lifecycle.Admin.ReloadPluginsAsync(new V1.ReloadPluginsRequest(), Requests.Call).ResponseAsync;
        Assert.NotNull((await Requests.ReconstructAsync(lifecycle.Server, await Requests.BlurredAsync(lifecycle.Server)))[^1].Result);
        var solvers = (await reloading).Solvers.Where(entry => entry.Name == "good_solver").ToDictionary(entry => entry.Version);

        Assert.Equal((V1.ServingState.Ready, V1.ServingState.Failed), (solvers[old].State, solvers[version].State));
        Assert.Contains("Its constructor took longer than", solvers[version].Reason, StringComparison.Ordinal);
        await lifecycle.Server.SaysAsync($"Plugin GoodSolver {version} is out of service: Its constructor took longer than");
        Assert.Equal(1, await lifecycle.Server.MetricAsync("flashdiffusion_threads_abandoned_total", "name=\"GoodSolver\""));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await lifecycle.HealthAsync("solver/good_solver"));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await lifecycle.HealthAsync("readiness"));
    }

    [Fact]
    public async Task Plan_ThrowsOrHangs_ItsCallerIsToldAndTheRestGoesOn()
    {
        lifecycle.Install("FaultySolver");
        await lifecycle.ReloadedAsync("faulty_solver");
        var (_, thrown) = await FailedAsync(await FaultyAsync("plan_throw"));
        Assert.Equal((StatusCode.Internal, "SOLVER_FAULT"), (thrown.StatusCode, thrown.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason));
        Assert.Contains("faulty_solver", thrown.Status.Detail, StringComparison.Ordinal);

        // More than there are places to read requests, two of them of one name.
        var requests = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => FaultyAsync("plan_hang")));
        requests[0].RequestId = "hangs";
        requests[1] = requests[0].Clone();
        var hung = requests.Select(FailedAsync).ToList();
        Assert.NotNull((await Requests.ReconstructAsync(lifecycle.Server, await Requests.BlurredAsync(lifecycle.Server)))[^1].Result);

        // Whether that was before they were given up depends on the machine; AdmissionHangTests ask for it in virtual time.
        foreach (var (_, error) in await Task.WhenAll(hung))
        {
            Assert.Equal((StatusCode.Internal, "SOLVER_FAULT"), (error.StatusCode, error.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason));
        }

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await lifecycle.HealthAsync("solver/faulty_solver"));
        Assert.Equal(StatusCode.FailedPrecondition, (await FailedAsync(await FaultyAsync("none"))).Error.StatusCode);
        Assert.NotNull((await Requests.ReconstructAsync(lifecycle.Server, await Requests.BlurredAsync(lifecycle.Server)))[^1].Result);
    }

    private static async Task<(List<V1.ReconstructResponse> Events, RpcException Error)> FailedAsync(Func<AsyncServerStreamingCall<V1.ReconstructResponse>> start)
    {
        using var call = start();
        var events = new List<V1.ReconstructResponse>();
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var answer in call.ResponseStream.ReadAllAsync())
            {
                events.Add(answer);
            }
        });
        return (events, error);
    }

    private Task<(List<V1.ReconstructResponse> Events, RpcException Error)> FailedAsync(V1.ReconstructRequest request) =>
        FailedAsync(() => lifecycle.Server.Reconstruction.Reconstruct(request, Requests.Call));

    private async Task<V1.ReconstructRequest> QuickAsync()
    {
        var request = await Requests.BlurredAsync(lifecycle.Server);
        request.Solver = new V1.SolverChoice { Name = "good_solver" };
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 5 };
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full };
        return request;
    }

    private async Task<V1.ReconstructRequest> FaultyAsync(string fault)
    {
        var request = await Requests.FaultyAsync(lifecycle.Server, fault, delay: 50);
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 60 };
        request.Progress = new V1.ProgressOptions { EverySteps = 1, CheckpointEverySteps = 4 };
        return request;
    }
}
