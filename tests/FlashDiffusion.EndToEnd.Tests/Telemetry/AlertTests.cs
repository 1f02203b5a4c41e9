using System.Collections.Concurrent;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Certificates;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Telemetry;

/// <summary>Every alert fires in a real Prometheus when what it is for happens to a real server, and none on a server that is fine.</summary>
public sealed class AlertTests
{
    private const int Places = 16;

    /// <summary>Seconds after which a call counts as hung: longer than the rules' windows, so that the device is seen stuck before.</summary>
    private const int StepLimit = 15;

    private readonly ConcurrentDictionary<string, string> _seen = new();

    [Fact]
    public async Task EachAlert_ProvokedOnAServer_FiresAndNamesIt()
    {
        using var plugins = new PluginFolder();
        await using var server = await RunningServer.StartAsync([$"--plugins={plugins.FullPath}", $"--queue={Places}", "--batch=2", "--admin=true", "--admin-port=0", $"--Engine:StepLimitSeconds={StepLimit}"]);
        await using var prometheus = new PrometheusServer(server.Metrics, ShortRules.Text);
        var fine = await Requests.BlurredAsync(server, 32, 32);
        await Requests.ReconstructAsync(server, fine);
        await prometheus.EventuallyAsync("sum(flashdiffusion_request_duration_seconds_count{outcome=\"Completed\"})", value => value > 0);
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        // But for what a late scrape, or the first steps of a kind on a crowded machine, do for a moment: these have to last where they are shipped.
        Assert.Empty((await prometheus.AlertsAsync()).Keys.Except(["FlashDiffusionDown", "FlashDiffusionDeviceStuck", "FlashDiffusionSlowFirstLatent"]));
        // Before anything was scraped there was no server.
        Assert.True(await prometheus.WasAnsweredBeforeAsync("absent(up{job=\"flashdiffusion\"})"));
        _seen["FlashDiffusionAbsent"] = "";

        await FailAsync(server, prometheus);
        await CrowdAsync(server, prometheus);
        // Without its time to last it fires for a moment at the first steps of each kind.
        _seen.TryRemove("FlashDiffusionDeviceStuck", out _);
        using (server.Reconstruction.Reconstruct(await FaultyAsync(server, "hang"), Requests.Call))
        {
            await SeenAsync(prometheus, () => Task.CompletedTask, "FlashDiffusionDeviceStuck", "FlashDiffusionThreadAbandoned");
        }

        // It goes on answering its metrics port, and takes nothing any more.
        using (var admin = Grpc.Net.Client.GrpcChannel.ForAddress(server.Admin!))
        {
            await new V1.AdminService.AdminServiceClient(admin).DrainAsync(new V1.DrainRequest(), Requests.Call);
        }

        await SeenAsync(prometheus, () => Task.CompletedTask, "FlashDiffusionNotReady");
        await server.KillAsync();
        await SeenAsync(prometheus, () => Task.CompletedTask, "FlashDiffusionDown");
        await OutliveAsync();
        Assert.Equal(ShortRules.Names.Order(), _seen.Keys.Order());
        Assert.Contains("solver faulty_solver hung on 127.0.0.1:", _seen["FlashDiffusionThreadAbandoned"].Replace("localhost", "127.0.0.1", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("ReconstructionService/Reconstruct on ", _seen["FlashDiffusionInternalErrors"], StringComparison.Ordinal);
        Assert.Contains("requests to faulty_solver on ", _seen["FlashDiffusionFailing"], StringComparison.Ordinal);
        // A label that is not there would be empty.
        Assert.All(_seen.Values, summary => Assert.DoesNotContain("  ", summary, StringComparison.Ordinal));
    }

    /// <summary>Solvers that throw, that have no memory, that keep tensors, and that are slow to let go.</summary>
    private async Task FailAsync(RunningServer server, PrometheusServer prometheus)
    {
        var leaking = await FaultyAsync(server, "leak");
        var grown = Task.WhenAll(EndedAsync(server, leaking), EndedAsync(server, leaking));
        await EndedAsync(server, await FaultyAsync(server, "memory"));
        var throwing = await FaultyAsync(server, "throw");
        // The first makes the series, the second its increase.
        await SeenAsync(prometheus, () => EndedAsync(server, throwing), "FlashDiffusionOutOfMemory", "FlashDiffusionInternalErrors", "FlashDiffusionFailing");
        await grown;
        await SeenAsync(prometheus, () => EndedAsync(server, leaking), "FlashDiffusionTensorsGrow");
        _seen.TryRemove("FlashDiffusionSlowFirstLatent", out _);
        var slow = await FaultyAsync(server, "none", delay: 1000);
        await SeenAsync(prometheus, () => LeftAsync(server, slow), "FlashDiffusionSlowFirstLatent", "FlashDiffusionSlowCancel");
    }

    /// <summary>A server whose certificate is near its end.</summary>
    private async Task OutliveAsync()
    {
        var folder = Directory.CreateTempSubdirectory("flash-ending-");
        using var authority = new TestAuthority();
        var (certificate, key) = (Path.Combine(folder.FullName, "server.pem"), Path.Combine(folder.FullName, "server.key"));
        // Of sixty-six minutes.
        authority.Server(left: TimeSpan.FromMinutes(6)).Write(certificate, key);
        await using (var server = await RunningServer.StartAsync([$"--tls-certificate={certificate}", $"--tls-key={key}"]))
        await using (var prometheus = new PrometheusServer(server.Metrics, ShortRules.Text))
        {
            await SeenAsync(prometheus, () => Task.CompletedTask, "FlashDiffusionCertificateEnds");
        }

        folder.Delete(recursive: true);
    }

    /// <summary>More than the server can do: it waits, it is refused, and what may not wait goes.</summary>
    private async Task CrowdAsync(RunningServer server, PrometheusServer prometheus)
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var request = await FaultyAsync(server, "none", delay: 100);
        var crowd = Enumerable.Range(0, Places / 2).Select(_ => EndedAsync(server, request, leave.Token)).ToList();
        await prometheus.EventuallyAsync("sum(flashdiffusion_slots_active)", value => value > 0);
        var hasty = request.Clone();
        hasty.Scheduling = new V1.Scheduling { QueueTimeout = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(200)) };
        // More than five within the window.
        await SeenAsync(
            prometheus,
            () => Task.WhenAll(Enumerable.Range(0, Places / 2).Select(_ => EndedAsync(server, hasty))),
            "FlashDiffusionBacklog",
            "FlashDiffusionWaitingTooLong");
        // More than there are places, again and again: the surplus is refused at once, whoever has left meanwhile.
        await SeenAsync(
            prometheus,
            () =>
            {
                crowd.AddRange(Enumerable.Range(0, Places + 1).Select(_ => EndedAsync(server, request, leave.Token)));
                return Task.CompletedTask;
            },
            "FlashDiffusionRejecting");

        await leave.CancelAsync();
        await Task.WhenAll(crowd);
        await server.EventuallyAsync("flashdiffusion_slots_active", 0);
    }

    /// <summary>Leaves a reconstruction at its first latent.</summary>
    private static async Task LeftAsync(RunningServer server, V1.ReconstructRequest request)
    {
        using var call = server.Reconstruction.Reconstruct(request, Requests.Call);
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken) && call.ResponseStream.Current.Progress is null)
        {
        }
    }

    private static async Task EndedAsync(RunningServer server, V1.ReconstructRequest request, CancellationToken leave = default)
    {
        try
        {
            using var call = server.Reconstruction.Reconstruct(request, cancellationToken: leave);
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
            }
        }
        catch (RpcException)
        {
            // That is what it is for.
        }
    }

    // A leak needs few steps, a crowd many.
    private static async Task<V1.ReconstructRequest> FaultyAsync(RunningServer server, string fault, int delay = 0)
    {
        var request = await Requests.FaultyAsync(server, fault, delay);
        request.Measurement = (await Requests.BlurredAsync(server, 32, 32)).Measurement;
        request.Sampling = fault == "leak" ? new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 60 } : null;
        return request;
    }

    /// <summary>Does something until it is seen: once is lost where a machine stands still for longer than the rules' windows.</summary>
    private async Task SeenAsync(PrometheusServer prometheus, Func<Task> provoke, params string[] names)
    {
        for (var round = 0; round < 20 && (round == 0 || !names.All(_seen.ContainsKey)); round++)
        {
            await provoke();
            await LookAsync(prometheus, names);
        }

        Assert.All(names, name => Assert.Contains(name, _seen.Keys));
    }

    private async Task LookAsync(PrometheusServer prometheus, params string[] names)
    {
        for (var look = 0; look < 10 && !names.All(_seen.ContainsKey); look++)
        {
            await Task.Delay(300, TestContext.Current.CancellationToken);
            foreach (var (name, summary) in await prometheus.AlertsAsync())
            {
                _seen[name] = summary;
            }
        }
    }
}
