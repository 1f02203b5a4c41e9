using FlashDiffusion.Client;
using FlashDiffusion.EndToEnd.Tests.Demo;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Balancing;

/// <summary>Two replicas and no balancer before them: the client spreads its calls itself.</summary>
public sealed class RoundRobinTests : IAsyncLifetime
{
    private const int Calls = 100;
    private const int WarmUps = 10;

    // A name of two addresses, for one process and its children.
    private const string Script = """mount --make-rprivate / && mount --bind "$0" /etc/hosts && exec "$@" """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-names-");
    private readonly int _port = FreePort.Next();
    private RunningServer[] _servers = [];

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have one loopback address until told otherwise.");
        _servers = await Task.WhenAll(new[] { "127.0.0.1", "127.0.0.2" }.Select(address => RunningServer.StartAsync([$"--listen={address}", $"--grpc-port={_port}"])));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Calls_OverTwoServers_AreSpreadEvenly()
    {
        await AddressesAsync();
        await NameAsync();
    }

    private async Task AddressesAsync()
    {
        using var client = FlashClient.Connect(_servers.Select(server => server.Address.ToString()));
        for (var i = 0; i < Calls; i++)
        {
            await client.ListModelsAsync(TestContext.Current.CancellationToken);
        }

        var counts = await CountsAsync("CatalogService/ListModels");
        Assert.Equal([Calls / 2, Calls / 2], counts);
    }

    private async Task NameAsync()
    {
        var unshare = OutsideTool.Require("unshare");
        if (ToolRun.Start(unshare, _folder.FullName, "-m", "true").ExitCode != 0)
        {
            Assert.Skip("Mounts of one's own are not permitted here, so that there is no name of two addresses.");
        }

        var hosts = Path.Combine(_folder.FullName, "hosts");
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost\n127.0.0.1 replicas\n127.0.0.2 replicas\n", TestContext.Current.CancellationToken);
        var run = ToolRun.Start(
            unshare, _folder.FullName, "-m", "sh", "-c", Script, hosts, "dotnet", FlashProcess.Built, "bench", "--address", $"dns:///replicas:{_port}",
            "--solver", "ae", "--requests", $"{Calls}", "--rate", "25", "--arrivals", "even", "--warmup", $"{WarmUps}", "--json");

        Assert.True(run.ExitCode == 0, run.Output);
        var counts = await CountsAsync("ReconstructionService/Reconstruct");
        Assert.Equal(Calls + WarmUps, counts.Sum());
        // The first calls may find one of the two connected before the other.
        Assert.All(counts, count => Assert.InRange(count, (Calls / 2) - 1, (Calls / 2) + WarmUps + 1));
    }

    private async Task<double[]> CountsAsync(string method)
    {
        var counts = await Task.WhenAll(_servers.Select(server => server.MetricAsync("rpc_server_call_duration_seconds_count", $"flashdiffusion.v1.{method}\"")));
        return [.. counts.Select(count => count ?? 0)];
    }
}
