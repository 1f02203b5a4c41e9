using System.Net;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Grpc.Health.V1;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Server_WithMistypedNames_StartsAndIsNotReady()
    {
        await using var server = await RunningServer.StartAsync(["--models=/nonexistent/models", "--default-solver=nonsense"]);
        var health = new Health.HealthClient(server.Channel);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await health.CheckAsync(new HealthCheckRequest { Service = "readiness" }, Requests.Call)).Status);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest { Service = "liveness" }, Requests.Call)).Status);
        // A solver that a request names is there all the same.
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest { Service = "solver/latent_dps" }, Requests.Call)).Status);
        using var http = new HttpClient();
        using var ready = await http.GetAsync(new Uri(server.Http, "/healthz/ready"), TestContext.Current.CancellationToken);
        var why = await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("--models", why, StringComparison.Ordinal);
        Assert.Contains("nonsense", why, StringComparison.Ordinal);
        await server.SaysAsync("The server is not ready: no model can be used");
    }
}
