using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Plugins;
using FlashDiffusion.Testing.Fakes;
using FlashDiffusion.Testing.Tools;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Tests.Plugins;

/// <summary>A plugins folder of one test, filled with copies of real plugins that the test may then damage.</summary>
internal sealed class PluginRoot : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-plugins-");
    private readonly TestMeterFactory _meters = new();
    private readonly FlashDiffusionTelemetry _telemetry;
    private readonly PluginShelf _plugins;

    /// <param name="time">Clock; the system's if null.</param>
    /// <param name="limitSeconds">Seconds that a plugin's code may take.</param>
    public PluginRoot(TimeProvider? time = null, double limitSeconds = 300)
    {
        _telemetry = new FlashDiffusionTelemetry(_meters);
        var options = Options.Create(new EngineOptions { StepLimitSeconds = limitSeconds });
        _plugins = new PluginShelf(new PluginThreads(options, time ?? TimeProvider.System, _telemetry, NullLogger<PluginThreads>.Instance), NullLogger<PluginShelf>.Instance);
    }

    public PluginShelf Shelf => _plugins;

    public string FullPath => _folder.FullName;

    private static string Built => Path.Combine(Checkout.Root, "artifacts", "test-plugins");

    /// <summary>Copies a built plugin, under another folder name or version if asked for; the manifest follows.</summary>
    /// <returns>Its folder.</returns>
    public string Add(string plugin, string? name = null, string version = "0.1.0")
    {
        var target = Copy(Path.Combine(Built, plugin, "0.1.0"), name ?? plugin, version);
        Edit(target, "name", name ?? plugin);
        Edit(target, "version", version);
        return target;
    }

    /// <summary>Copies a plugin that comes with the server.</summary>
    public void AddShipped(string plugin) => Copy(Path.Combine(Checkout.Root, "artifacts", "plugins", plugin, "0.1.0"), plugin, "0.1.0");

    /// <summary>Changes one value of a manifest.</summary>
    public static void Edit(string folder, string key, JsonNode value)
    {
        var file = Path.Combine(folder, PluginManifest.FileName);
        var manifest = JsonNode.Parse(File.ReadAllText(file))!;
        manifest[key] = value;
        File.WriteAllText(file, manifest.ToJsonString());
    }

    /// <summary>Copies values of one manifest into another.</summary>
    public static void CopyValues(string from, string to, params string[] keys)
    {
        var source = JsonNode.Parse(File.ReadAllText(Path.Combine(from, PluginManifest.FileName)))!;
        foreach (var key in keys)
        {
            Edit(to, key, source[key]!.DeepClone());
        }
    }

    /// <summary>Makes a manifest list what lies in its folder now.</summary>
    public static void List(string folder)
    {
        var files = new JsonObject();
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != PluginManifest.FileName))
        {
            files[Path.GetFileName(file)] = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
        }

        Edit(folder, "files", files);
    }

    /// <summary>Whether what is counted there is counted of these plugins.</summary>
    public bool Owns(Meter meter) => ReferenceEquals(meter.Scope, _meters);

    public SolverCatalog Load() => LoadAll().Solvers;

    public PluginCatalogs LoadAll(params IReadOnlyCollection<string> ownOperators) => _plugins.Load(FullPath, ownOperators);

    private string Copy(string source, string name, string version)
    {
        var target = Directory.CreateDirectory(Path.Combine(FullPath, name, version)).FullName;
        foreach (var file in Directory.EnumerateFiles(source))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        return target;
    }

    public void Dispose()
    {
        _plugins.Dispose();
        _telemetry.Dispose();
        _meters.Dispose();
        _folder.Delete(recursive: true);
    }
}
