using System.Collections.Concurrent;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Telemetry;

/// <summary>Every alert fires in a real Prometheus when what it is for happens to a real server, and none on a server that is fine.</summary>
public sealed class AlertTests
{
    private const int Places = 16;

    /// <summary>Seconds after which a call counts as hung: longer than the rules' windows, so that the device is seen stuck before.</summary>
    private const int StepLimit = 9;

    private readonly ConcurrentDictionary<string, string> _seen = new();

    [Fact]
    public async Task EachAlert_ProvokedOnAServer_FiresAndNamesIt()
    {
        using var plugins = new PluginFolder();
        await using var server = await RunningServer.StartAsync([$"--plugins={plugins.FullPath}", $"--queue={Places}", "--batch=2", $"--Engine:StepLimitSeconds={StepLimit}"]);
        await using var prometheus = new PrometheusServer(server.Metrics, ShortRules.Text);
        var fine = await Requests.BlurredAsync(server, 32, 32);
        await Requests.ReconstructAsync(server, fine);
        await prometheus.EventuallyAsync("sum(flashdiffusion_request_duration_seconds_count{outcome=\"Completed\"})", value => value > 0);
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        Assert.Empty(await prometheus.AlertsAsync());
        // Before anything was scraped there was no server.
        Assert.True(await prometheus.WasAnsweredBeforeAsync("absent(up{job=\"flashdiffusion\"})"));
        _seen["FlashDiffusionAbsent"] = "";

        await FailAsync(server, prometheus);
        await CrowdAsync(server, prometheus);
        using (server.Reconstruction.Reconstruct(await FaultyAsync(server, "hang"), Requests.Call))
        {
            await SeenAsync(prometheus, "FlashDiffusionDeviceStuck", "FlashDiffusionThreadAbandoned");
        }

        await server.KillAsync();
        await SeenAsync(prometheus, "FlashDiffusionDown");
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
        var leaking = Enumerable.Range(0, 2).Select(async _ => await Requests.ReconstructAsync(server, await FaultyAsync(server, "leak"))).ToArray();
        await EndedAsync(server, await FaultyAsync(server, "memory"));
        await EndedAsync(server, await FaultyAsync(server, "throw"));
        await SeenAsync(prometheus, "FlashDiffusionOutOfMemory", "FlashDiffusionInternalErrors");
        // The first makes the series, the second its increase.
        await EndedAsync(server, await FaultyAsync(server, "throw"));
        await SeenAsync(prometheus, "FlashDiffusionFailing");
        await Task.WhenAll(leaking);
        await SeenAsync(prometheus, "FlashDiffusionTensorsGrow");
        for (var i = 0; i < 2; i++)
        {
            using var call = server.Reconstruction.Reconstruct(await FaultyAsync(server, "none", delay: 1000), Requests.Call);
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken) && call.ResponseStream.Current.Progress is null)
            {
            }
        }

        await SeenAsync(prometheus, "FlashDiffusionSlowFirstLatent", "FlashDiffusionSlowCancel");
    }

    /// <summary>More than the server can do: it waits, it is refused, and what may not wait goes.</summary>
    private async Task CrowdAsync(RunningServer server, PrometheusServer prometheus)
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var request = await FaultyAsync(server, "none", delay: 100);
        var waiting = Enumerable.Range(0, Places / 2).Select(_ => EndedAsync(server, request, leave.Token)).ToList();
        await prometheus.EventuallyAsync("sum(flashdiffusion_slots_active)", value => value > 0);
        var hasty = request.Clone();
        hasty.Scheduling = new V1.Scheduling { QueueTimeout = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(200)) };
        await EndedAsync(server, hasty);
        await prometheus.EventuallyAsync("sum(flashdiffusion_request_duration_seconds_count{outcome=\"QueuedTooLong\"})", value => value > 0);
        await Task.WhenAll(Enumerable.Range(0, Places / 2).Select(_ => EndedAsync(server, hasty)));
        await SeenAsync(prometheus, "FlashDiffusionBacklog", "FlashDiffusionWaitingTooLong");
        // More than there are places left: the surplus is refused at once.
        waiting.AddRange(Enumerable.Range(0, Places).Select(_ => EndedAsync(server, request, leave.Token)));
        for (var i = 0; i < 100 && !_seen.ContainsKey("FlashDiffusionRejecting"); i++)
        {
            await EndedAsync(server, hasty);
            await LookAsync(prometheus);
        }

        await leave.CancelAsync();
        await Task.WhenAll(waiting);
        await server.EventuallyAsync("flashdiffusion_slots_active", 0);
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

    private async Task SeenAsync(PrometheusServer prometheus, params string[] names)
    {
        for (var i = 0; i < 200 && !names.All(_seen.ContainsKey); i++)
        {
            await LookAsync(prometheus);
        }

        Assert.All(names, name => Assert.Contains(name, _seen.Keys));
    }

    private async Task LookAsync(PrometheusServer prometheus)
    {
        await Task.Delay(300, TestContext.Current.CancellationToken);
        foreach (var (name, summary) in await prometheus.AlertsAsync())
        {
            _seen[name] = summary;
        }
    }
}
