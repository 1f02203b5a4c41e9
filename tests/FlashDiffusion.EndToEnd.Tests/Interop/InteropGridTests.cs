using System.Globalization;
using FlashDiffusion.EndToEnd.Tests.Clients;
using FlashDiffusion.EndToEnd.Tests.Interop.Clients;
using FlashDiffusion.EndToEnd.Tests.Interop.Grid;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.EndToEnd.Tests.Interop;

/// <summary>Law: every client, in any language, can do everything that its protocol has, and none of them notices that a server dies.</summary>
[Collection(ServerPairCollection.Name)]
public sealed class InteropGridTests(ServerPair servers) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private static readonly string Programs = Path.Combine(Checkout.Root, "tests", "FlashDiffusion.EndToEnd.Tests", "Interop", "Programs");
    private static readonly string Inference = Path.Combine(Checkout.Root, "protos", "inference");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-grid-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Grid_EveryClientAndEveryCall_Works()
    {
        var clients = await ClientsAsync();
        var uninterrupted = GridRequests.Bits((await Requests.ReconstructAsync(servers.Second, GridRequests.Long(await MeasurementAsync())))[^1].Result);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(Patience);

        var grid = await InteropGrid.FillAsync(clients, uninterrupted, servers.First.KillAsync, end.Token);

        TestContext.Current.TestOutputHelper?.WriteLine(grid.ToString());
        await File.WriteAllTextAsync(Path.Combine(Checkout.Root, "artifacts", "interop-grid.txt"), grid.ToString(), TestContext.Current.CancellationToken);
        Assert.True(grid.Failures.Count == 0, $"{grid}\n{string.Join('\n', grid.Failures)}");
    }

    private async Task<List<IGridClient>> ClientsAsync()
    {
        var python = SystemPython.Require("grpc", "numpy", "PIL", "google.protobuf");
        var (curl, chromium, node) = (OutsideTool.Require("curl"), OutsideTool.Require("chromium"), TypeScriptPackage.Build());
        var stubs = Stubs();
        var environment = await EnvironmentAsync(chromium, $"{Path.Combine(Checkout.Root, "clients", "python", "src")}{Path.PathSeparator}{stubs}");
        var methods = MethodsOf(Services());
        return
        [
            new DotNetClient(servers, methods),
            new ProgramClient("Python", methods, environment, python, "-B", Path.Combine(Programs, "python_client.py"), "sync"),
            new ProgramClient("Python asyncio", methods, environment, python, "-B", Path.Combine(Programs, "python_client.py"), "asyncio"),
            new ProgramClient("Node", methods, environment, node, Path.Combine(Programs, "node_client.mjs")),
            new ProgramClient("Browser", methods, environment, node, Path.Combine(Programs, "browser_client.mjs")),
            new CurlClient(servers, curl, _folder.FullName, methods),
            new ProgramClient("Triton", MethodsOf([FlashDiffusion.Inference.GRPCInferenceService.Descriptor]), environment, python, "-B", Path.Combine(Programs, "triton_client.py")),
        ];
    }

    private async Task<Dictionary<string, string>> EnvironmentAsync(string chromium, string pythonPath)
    {
        var (photo, measurement) = (Path.Combine(_folder.FullName, "photo.png"), Path.Combine(_folder.FullName, "measurement"));
        await File.WriteAllBytesAsync(photo, Requests.Photograph().Encoded.ToByteArray());
        await File.WriteAllBytesAsync(measurement, (await MeasurementAsync()).Tensor.Data.ToByteArray());
        return new Dictionary<string, string>
        {
            ["GRID_SERVERS"] = $"{servers.First.Address.Authority},{servers.Second.Address.Authority}",
            ["GRID_HTTP"] = $"{servers.First.Http.GetLeftPart(UriPartial.Authority)},{servers.Second.Http.GetLeftPart(UriPartial.Authority)}",
            ["GRID_ORIGIN"] = servers.Origin.GetLeftPart(UriPartial.Authority),
            ["GRID_PHOTO"] = photo,
            ["GRID_MEASUREMENT"] = measurement,
            ["GRID_KILL_AT"] = GridRequests.KillAt.ToString(CultureInfo.InvariantCulture),
            ["GRID_PACKAGE"] = TypeScriptPackage.Folder,
            ["CHROMIUM"] = chromium,
            ["PYTHONPATH"] = pythonPath,
        };
    }

    private async Task<V1.Picture> MeasurementAsync() => (await servers.Second.Reconstruction.DegradeAsync(GridRequests.Degrade, Requests.Call)).Measurement;

    /// <summary>Python's stubs of the Open Inference Protocol.</summary>
    private string Stubs()
    {
        var (protoc, plugin) = (OutsideTool.Require("protoc"), OutsideTool.Require("grpc_python_plugin"));
        var run = ToolRun.Start(
            protoc, Inference, "-I", ".", $"--python_out={_folder.FullName}", $"--grpc_python_out={_folder.FullName}", $"--plugin=protoc-gen-grpc_python={plugin}", "grpc_service.proto", "model_config.proto");
        Assert.True(run.ExitCode == 0, run.Output);
        return _folder.FullName;
    }

    /// <summary>Every service of the contract but the operators' own, which has a port of its own and is in no client.</summary>
    private static IEnumerable<ServiceDescriptor> Services() => typeof(V1.Accepted).Assembly.GetExportedTypes()
        .Where(type => type.Namespace == typeof(V1.Accepted).Namespace && type.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .SelectMany(type => ((FileDescriptor)type.GetProperty(nameof(V1.CatalogReflection.Descriptor))!.GetValue(null)!).Services)
        .Where(service => service != V1.AdminService.Descriptor);

    private static List<string> MethodsOf(IEnumerable<ServiceDescriptor> services) => [.. services.SelectMany(service => service.Methods).Select(method => method.Name)];
}
