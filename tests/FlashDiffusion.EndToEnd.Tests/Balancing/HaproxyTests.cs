using System.Security.Cryptography;
using FlashDiffusion.Client;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Grpc.Core;
using Grpc.Net.Client;

namespace FlashDiffusion.EndToEnd.Tests.Balancing;

/// <summary>Two replicas behind a balancer: calls are spread evenly, and one that dies takes nothing with it.</summary>
public sealed class HaproxyTests : IAsyncLifetime
{
    private const int Calls = 200;

    private static readonly string[] Replica =
    [
        "--Engine:MaximumBatch=1", $"--Resume:Key={Convert.ToBase64String(SHA256.HashData("the key behind the balancer"u8))}",
    ];

    private readonly List<RunningServer> _servers = [];
    private PluginFolder? _plugins;
    private Haproxy? _proxy;

    public async ValueTask InitializeAsync()
    {
        _plugins = new PluginFolder();
        foreach (var server in await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => RunningServer.StartAsync([.. Replica, $"--plugins={_plugins.FullPath}"]))))
        {
            _servers.Add(server);
        }

        _proxy = new Haproxy([.. _servers.Select(server => server.Address)]);
        await _proxy.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _plugins?.Dispose();
    }

    [Fact]
    public async Task TwoReplicas_ShareTheCallsAndSurviveTheDeathOfOne()
    {
        using var channel = GrpcChannel.ForAddress(_proxy!.Address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        await SpreadEvenlyAsync(channel);
        await NothingIsLostAsync();
        await StatusesAreAsDocumentedAsync(channel);
    }

    // One connection of the client, and yet both work: half each.
    private async Task SpreadEvenlyAsync(GrpcChannel channel)
    {
        var catalog = new V1.CatalogService.CatalogServiceClient(channel);
        var before = await CountsAsync();
        for (var i = 0; i < Calls; i++)
        {
            await catalog.ListModelsAsync(new V1.ListModelsRequest(), Requests.Call);
        }

        var after = await CountsAsync();
        Assert.Equal([Calls / 2, Calls / 2], after.Zip(before, (now, then) => now - then));
    }

    private async Task NothingIsLostAsync()
    {
        // So slow that it is still under way when it was found out which of them is at it.
        var request = await Requests.FaultyAsync(_servers[0], "none", delay: 150);
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = 900 };
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 40, DdimEta = 0.8 };
        request.Progress = new V1.ProgressOptions { EverySteps = 1, CheckpointEverySteps = 4 };
        request.Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor };
        var (whole, _) = await FollowAsync(request, killAt: int.MaxValue);

        var (resumed, at) = await FollowAsync(request, killAt: 10);

        Assert.NotNull(at);
        Assert.Equal(whole, resumed);
    }

    // What the client above has to handle: a balancer resets the stream, a connection breaks.
    private async Task StatusesAreAsDocumentedAsync(GrpcChannel channel)
    {
        var left = Assert.Single(_servers);
        var request = await Requests.FaultyAsync(left, "none", delay: 100);

        // Without a deadline: on a slow machine so many steps would be refused for want of time.
        var call = new CallOptions(cancellationToken: TestContext.Current.CancellationToken);
        using var through = new V1.ReconstructionService.ReconstructionServiceClient(channel).Reconstruct(request, call);
        using var direct = left.Reconstruction.Reconstruct(request, call);
        Assert.True(await through.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.True(await direct.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        await left.KillAsync();

        Assert.Equal(StatusCode.Cancelled, await EndAsync(through));
        Assert.Equal(StatusCode.Unavailable, await EndAsync(direct));
    }

    private async Task<(string Picture, int? ResumedAt)> FollowAsync(V1.ReconstructRequest request, int killAt)
    {
        using var client = FlashClient.Connect(_proxy!.Address.ToString(), new FlashClientOptions { Resume = new ResumePolicy { RequireExact = true } });
        var (picture, resumedAt, killed) = ("", default(int?), false);
        await foreach (var happened in client.FollowAsync(request, Requests.Call.CancellationToken))
        {
            switch (happened)
            {
                case ReconstructionProgress progress when progress.Progress.Step >= killAt && !killed:
                    killed = true;
                    await KillTheWorkingOneAsync();
                    break;
                case ReconstructionResumed resumed:
                    resumedAt = resumed.Step;
                    break;
                case ReconstructionCompleted completed:
                    picture = Convert.ToHexString(SHA256.HashData(completed.Result.Picture.Tensor.Data.Span));
                    break;
            }
        }

        return (picture, resumedAt);
    }

    private async Task KillTheWorkingOneAsync()
    {
        foreach (var server in _servers.ToList())
        {
            if (await server.MetricAsync("flashdiffusion_slots_active") > 0)
            {
                await server.KillAsync();
                await server.DisposeAsync();
                _servers.Remove(server);
                return;
            }
        }

        Assert.Fail("None of the servers works: it came too late.");
    }

    private static async Task<StatusCode> EndAsync(AsyncServerStreamingCall<V1.ReconstructResponse> call)
    {
        var broken = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
            }
        });
        return broken.StatusCode;
    }

    private async Task<double[]> CountsAsync() => [await Count(_servers[0]), await Count(_servers[1])];

    private static async Task<double> Count(RunningServer server) => await server.MetricAsync("rpc_server_call_duration_seconds_count") ?? 0;
}
