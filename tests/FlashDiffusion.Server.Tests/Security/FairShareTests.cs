using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Serving;
using FlashDiffusion.Testing.Certificates;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.Security;

/// <summary>Callers, told apart by the engine too, against the whole server.</summary>
public sealed class FairShareTests
{
    [Fact]
    public async Task Call_WhileAnotherHasAllPlaces_IsToldWhenAndThenLetIn()
    {
        using var folder = new SecuredFolder();
        using var hold = new SemaphoreSlim(0);
        var (flood, calm) = (TestKey.New(), TestKey.New());
        var scene = new MapperScene
        {
            Engine = new EngineOptions { MaximumSessions = 2, MaximumBatch = 1 },
            Called = (network, _) => Assert.True(network != "Denoise" || hold.Wait(TimeSpan.FromSeconds(60))),
        };
        await using var server = await InProcessServer.StartAsync(scene, ("Access:KeysFile", folder.Write("keys", TestKey.Line("flooding-caller", flood) + TestKey.Line("waiting-caller", calm))));
        var client = server.Reconstruction();
        var running = Enumerable.Range(0, 2).Select(_ => InProcessServer.ResultAsync(client, InProcessServer.Short(), Call(flood))).ToList();
        await Eventually.IsAsync(() => server.ActiveSessions == 2);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => InProcessServer.ResultAsync(client, InProcessServer.Short(), Call(calm)));

        var status = refusal.GetRpcStatus()!;
        Assert.Equal((StatusCode.ResourceExhausted, "QUEUE_FULL"), (refusal.StatusCode, status.GetDetail<ErrorInfo>()!.Reason));
        Assert.True(status.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan() > TimeSpan.Zero);
        Assert.True(long.Parse(refusal.Trailers.GetValue("grpc-retry-pushback-ms")!, System.Globalization.CultureInfo.InvariantCulture) > 0);

        // Four steps and one of the other, which takes its turn before the decode: one of the two is done, and its place is kept for who has none.
        hold.Release(5);
        await Eventually.IsAsync(() => server.ActiveSessions == 1);
        Assert.Equal("QUEUE_FULL", (await Assert.ThrowsAsync<RpcException>(() => InProcessServer.ResultAsync(client, InProcessServer.Short(), Call(flood)))).GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
        running.Add(InProcessServer.ResultAsync(client, InProcessServer.Short(), Call(calm)));
        await Eventually.IsAsync(() => server.ActiveSessions == 2);
        hold.Release(100);
        await Task.WhenAll(running);

        // Callers are told apart and never named.
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri(server.Metrics, "/metrics"), TestContext.Current.CancellationToken);
        Assert.Contains("flashdiffusion_requests_rejected_total", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("-caller", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("-caller", server.Logs.Text, StringComparison.Ordinal);
    }

    // Without a deadline, which would be a promise: steps that are held take long.
    private static CallOptions Call(string key) => InProcessServer.Call(key).WithDeadline(DateTime.MaxValue);
}
