using System.Text.Json.Nodes;

namespace FlashDiffusion.Benchmarks.Macro.Serving;

/// <summary>A folder with the shipped plugins, to which versions of one come while a server runs.</summary>
internal sealed class ReloadedPlugins : IDisposable
{
    private const string Plugin = "LatentDps";
    private static readonly string Shipped = Path.Combine(Checkout.Root, "artifacts", "plugins");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-reload-");
    private int _version;

    public ReloadedPlugins() => Copy(Shipped, FullPath);

    public string FullPath => _folder.FullName;

    /// <summary>The default solver once more, as a version that was never there.</summary>
    public void AddVersion()
    {
        var version = $"1.{++_version}.0";
        // A reload that comes upon a half copied folder takes no notice of it.
        var (half, whole) = (Path.Combine(FullPath, Plugin, $".{version}"), Path.Combine(FullPath, Plugin, version));
        Copy(Directory.GetDirectories(Path.Combine(Shipped, Plugin)).Single(), half);
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(half, "plugin.json")))!;
        manifest["version"] = version;
        File.WriteAllText(Path.Combine(half, "plugin.json"), manifest.ToJsonString());
        Directory.Move(half, whole);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
