using System.Text.Json.Nodes;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace FlashDiffusion.EndToEnd.Tests.Lifecycle;

/// <summary>A server whose models and plugins a test may change while it runs.</summary>
public sealed class LifecycleServer : IAsyncLifetime
{
    /// <summary>Seconds that a step may take: a busy machine's slowest takes one.</summary>
    private const int StepLimit = 15;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-lifecycle-");
    private RunningServer? _server;
    private GrpcChannel? _admin;
    private int _version;

    internal RunningServer Server => _server!;

    internal V1.AdminService.AdminServiceClient Admin => new(_admin!);

    /// <summary>The Open Inference Protocol at the port for administrators.</summary>
    internal Inference.GRPCInferenceService.GRPCInferenceServiceClient Control => new(_admin!);

    /// <summary>Folder of a version of the starter model.</summary>
    internal string ModelFolder(string version) => Path.Combine(_folder.FullName, "models", "starter", version);

    public async ValueTask InitializeAsync()
    {
        Copy(Path.Combine(Checkout.Root, "server", "models", "starter", "1"), ModelFolder("1"));
        Copy(Path.Combine(Checkout.Root, "artifacts", "plugins", "LatentDps"), Path.Combine(_folder.FullName, "plugins", "LatentDps"));
        Install("GoodSolver");
        _server = await RunningServer.StartAsync(
        [
            $"--model-dir={Path.Combine(_folder.FullName, "models")}", $"--plugins={Path.Combine(_folder.FullName, "plugins")}",
            "--admin=true", "--admin-port=0", "--batch=2", $"--Engine:StepLimitSeconds={StepLimit}",
        ]);
        _admin = GrpcChannel.ForAddress(_server.Admin!);
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Puts a plugin for tests into the folder, as a version that was never there.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="type">Another type of its assembly; null for its own.</param>
    /// <param name="place">Another plugin, as whose new version it comes; null for none.</param>
    /// <returns>The version.</returns>
    internal string Install(string plugin, string? type = null, string? place = null)
    {
        var version = $"0.{++_version}.0";
        var target = Path.Combine(_folder.FullName, "plugins", place ?? plugin, version);
        Copy(Path.Combine(Checkout.Root, "artifacts", "test-plugins", plugin, "0.1.0"), target);
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(target, "plugin.json")))!;
        manifest["name"] = place ?? plugin;
        manifest["version"] = version;
        manifest["entryType"] = type is null ? manifest["entryType"]!.GetValue<string>() : $"FlashDiffusion.TestPlugins.{type}";
        File.WriteAllText(Path.Combine(target, "plugin.json"), manifest.ToJsonString());
        return version;
    }

    /// <summary>Reads plugins again.</summary>
    /// <returns>A solver as it is in service then.</returns>
    internal async Task<V1.Solver> ReloadedAsync(string solver) =>
        (await Admin.ReloadPluginsAsync(new V1.ReloadPluginsRequest(), Requests.Call)).Solvers.First(entry => entry.Name == solver && entry.State == V1.ServingState.Ready);

    /// <summary>What gRPC health says.</summary>
    internal async Task<HealthCheckResponse.Types.ServingStatus> HealthAsync(string service) =>
        (await new Health.HealthClient(Server.Channel).CheckAsync(new HealthCheckRequest { Service = service }, Requests.Call)).Status;

    /// <summary>Copies a folder.</summary>
    internal static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
