using FlashDiffusion.Engine.Leases;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Plugins;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace FlashDiffusion.Server.Tests.Plugins;

/// <summary>Plugins of both kinds that are replaced or taken away while a stream is in the middle of them, against the whole server.</summary>
public sealed class ReloadUnderStreamTests : IDisposable
{
    private readonly PluginRoot _root = new();
    private readonly SemaphoreSlim _hold = new(0);
    private int _denoised;

    [Theory]
    [InlineData("GoodSolver", true)]
    [InlineData("GoodSolver", false)]
    [InlineData("GoodOperator", true)]
    [InlineData("GoodOperator", false)]
    public async Task Reload_UnderAStream_ItEndsWithItsPluginAndTheNextHasWhatIsThere(string plugin, bool replaced)
    {
        _root.Add("GoodSolver");
        _root.Add("GoodOperator");
        // One that applies operators.
        _root.AddShipped("LatentDps");
        await using var server = await StartAsync();
        var admin = new V1.AdminService.AdminServiceClient(server.Channel(address: server.Admin));
        Assert.Equal("0.1.0", VersionOf(plugin, await admin.ReloadPluginsAsync(new V1.ReloadPluginsRequest(), Patient)));
        var shelf = server.Services.GetRequiredService<PluginShelf>();
        Assert.Equal(3, shelf.Contexts);
        var lifetime = LifetimeOf(plugin, server);
        var running = InProcessServer.ResultAsync(server.Reconstruction(), Request(plugin), Patient);
        await Eventually.IsAsync(() => Volatile.Read(ref _denoised) > 0);

        if (replaced)
        {
            _root.Add(plugin, version: "0.2.0");
        }
        else
        {
            Directory.Delete(Path.Combine(_root.FullPath, plugin), recursive: true);
        }

        Assert.Equal(replaced ? "0.2.0" : null, VersionOf(plugin, await admin.ReloadPluginsAsync(new V1.ReloadPluginsRequest(), Patient)));
        Assert.False(lifetime.Freed.IsCompleted, "It was freed under a stream.");
        Assert.Equal(replaced ? 4 : 3, shelf.Contexts);
        var next = InProcessServer.ResultAsync(server.Reconstruction(), Request(plugin), Patient);
        if (!replaced)
        {
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => next)).StatusCode);
        }

        Assert.False(running.IsCompleted);
        _hold.Release(1000);
        Assert.NotNull((await running).Picture);
        if (replaced)
        {
            Assert.NotNull((await next).Picture);
        }

        await lifetime.Freed.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await Eventually.IsAsync(() => shelf.Contexts == (replaced ? 3 : 2));
    }

    public void Dispose()
    {
        _root.Dispose();
        _hold.Dispose();
    }

    // Without a deadline, which would be a promise: steps that are held take long.
    private static CallOptions Patient => InProcessServer.Call().WithDeadline(DateTime.MaxValue);

    private static SharedLifetime LifetimeOf(string plugin, InProcessServer server)
    {
        var context = server.Services.GetRequiredService<ServingState>().Context!;
        return plugin == "GoodSolver" ? context.Solvers.Find("good_solver")!.Lifetime! : context.Operators.Find("good_operator")!.Lifetime!;
    }

    private static string? VersionOf(string plugin, V1.ReloadPluginsResponse read) => plugin == "GoodSolver"
        ? read.Solvers.SingleOrDefault(entry => entry.Name == "good_solver")?.Version
        : read.Operators.SingleOrDefault(entry => entry.Name == "good_operator")?.Version;

    private static V1.ReconstructRequest Request(string plugin)
    {
        var request = InProcessServer.Short();
        request.Solver = new V1.SolverChoice { Name = plugin == "GoodSolver" ? "good_solver" : "latent_dps" };
        request.Operator = plugin == "GoodSolver" ? request.Operator : new V1.ForwardOperator { Name = "good_operator", NoiseStd = 0.05 };
        return request;
    }

    private Task<InProcessServer> StartAsync() => InProcessServer.StartAsync(
        new MapperScene
        {
            Called = (network, _) =>
            {
                if (network == "Denoise")
                {
                    Interlocked.Increment(ref _denoised);
                    Assert.True(_hold.Wait(TimeSpan.FromSeconds(60)));
                }
            },
        },
        ("Plugins:Root", _root.FullPath), ("Admin:Enabled", "true"));
}
