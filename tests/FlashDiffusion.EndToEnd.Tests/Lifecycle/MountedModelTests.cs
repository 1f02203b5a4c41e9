using System.Net;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace FlashDiffusion.EndToEnd.Tests.Lifecycle;

/// <summary>A server as KServe starts one: its only model is the folder that is mounted; and what readiness says once its default solver hangs.</summary>
public sealed class MountedModelTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-mounted-");

    [Fact]
    public async Task MountedModel_ServesUnderItsName_UntilTheDefaultSolverHangs()
    {
        LifecycleServer.Copy(Path.Combine(Checkout.Root, "server", "models", "starter", "1"), Path.Combine(_folder.FullName, "models"));
        Install("0.1.0");
        await using var server = await RunningServer.StartAsync(
        [
            $"--model-dir={Path.Combine(_folder.FullName, "models")}", "--model-name=mounted", $"--plugins={Path.Combine(_folder.FullName, "plugins")}",
            "--default-solver=faulty_solver", "--admin=true", "--admin-port=0", "--Engine:StepLimitSeconds=15",
        ]);
        var oip = new Inference.GRPCInferenceService.GRPCInferenceServiceClient(server.Channel);
        using var admin = GrpcChannel.ForAddress(server.Admin!);
        Assert.Equal("mounted", Assert.Single((await server.Catalog.ListModelsAsync(new V1.ListModelsRequest(), Requests.Call)).Models).Name);
        Assert.True((await oip.ModelReadyAsync(new Inference.ModelReadyRequest { Name = "mounted" }, Requests.Call)).Ready);
        Assert.NotNull((await Requests.ReconstructAsync(server, await BriefAsync(server, "none")))[^1].Result);

        // Loaded anew where it is, under load, as the repository's models are.
        var running = Requests.ReconstructAsync(server, await BriefAsync(server, "none"));
        var loaded = await new V1.AdminService.AdminServiceClient(admin).LoadModelAsync(new V1.LoadModelRequest { Model = "mounted" }, Requests.Call);
        Assert.Equal(V1.ServingState.Ready, loaded.Model.State);
        Assert.NotNull((await running)[^1].Result);
        Assert.Equal((true, HttpStatusCode.OK), await ReadinessAsync(server, oip));

        await Assert.ThrowsAsync<RpcException>(async () => await Requests.ReconstructAsync(server, await BriefAsync(server, "hang")));

        Assert.Equal((false, HttpStatusCode.ServiceUnavailable), await ReadinessAsync(server, oip));
        Assert.True((await oip.ServerLiveAsync(new Inference.ServerLiveRequest(), Requests.Call)).Live);
        Install("0.2.0");
        await new V1.AdminService.AdminServiceClient(admin).ReloadPluginsAsync(new V1.ReloadPluginsRequest(), Requests.Call);
        Assert.Equal((true, HttpStatusCode.OK), await ReadinessAsync(server, oip));
        Assert.NotNull((await Requests.ReconstructAsync(server, await BriefAsync(server, "none")))[^1].Result);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<V1.ReconstructRequest> BriefAsync(RunningServer server, string fault)
    {
        var request = await Requests.FaultyAsync(server, fault, delay: 0);
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 15 };
        return request;
    }

    // The three ways to ask agree.
    private static async Task<(bool Ready, HttpStatusCode Page)> ReadinessAsync(RunningServer server, Inference.GRPCInferenceService.GRPCInferenceServiceClient oip)
    {
        using var http = new HttpClient();
        using var page = await http.GetAsync(new Uri(server.Http, "/healthz/ready"), TestContext.Current.CancellationToken);
        var health = await new Health.HealthClient(server.Channel).CheckAsync(new HealthCheckRequest { Service = "readiness" }, Requests.Call);
        var ready = (await oip.ServerReadyAsync(new Inference.ServerReadyRequest(), Requests.Call)).Ready;
        Assert.Equal(ready, health.Status == HealthCheckResponse.Types.ServingStatus.Serving);
        return (ready, page.StatusCode);
    }

    private void Install(string version)
    {
        var target = Path.Combine(_folder.FullName, "plugins", "FaultySolver", version);
        LifecycleServer.Copy(Path.Combine(Checkout.Root, "artifacts", "test-plugins", "FaultySolver", "0.1.0"), target);
        var manifest = Path.Combine(target, "plugin.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"0.1.0\"", $"\"{version}\"", StringComparison.Ordinal));
    }
}
