using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Deploy.Tests.Manifests;

/// <summary>What a cluster gets: the kustomizations, rendered by kubectl without one.</summary>
public sealed class RenderTests : IDisposable
{
    private const string Registry = "registry.example:5000/team/";
    private readonly DirectoryInfo _copy = Directory.CreateTempSubdirectory("flash-kustomize-");

    public void Dispose() => _copy.Delete(recursive: true);

    [Theory]
    [InlineData("base", "", "cpu")]
    [InlineData("overlays/gpu", "", "cuda")]
    [InlineData("base", Registry, "cpu")]
    [InlineData("overlays/gpu", Registry, "cuda")]
    public void Rendered_WithAndWithoutARegistry_RunsTheImageOfItsDevice(string folder, string registry, string device)
    {
        var rendered = Render(folder, registry);

        Assert.All(rendered, manifest => Assert.Empty(manifest.Problems()));
        Assert.All(rendered.Where(manifest => manifest.Kind != "Namespace"), manifest => Assert.Equal("flashdiffusion", YamlTree.At(manifest.Tree, "metadata", "namespace")));
        var container = YamlTree.List(rendered.Single(manifest => manifest.Kind == "Deployment").Tree, "spec", "template", "spec", "containers").Single();
        var environment = YamlTree.List(container, "env").ToDictionary(variable => (string)YamlTree.At(variable, "name")!, variable => YamlTree.At(variable, "value"));
        Assert.Equal($"{registry}flashdiffusion:0.1.0-{device}", YamlTree.At(container, "image"));
        Assert.Equal(device == "cuda" ? "cuda:0" : null, environment.GetValueOrDefault("Engine__Device"));
        Assert.Equal(device == "cuda", YamlTree.At(container, "resources", "limits", "nvidia.com/gpu") is not null);

        // What the patch does not name stays.
        Assert.Contains("Resume__KeysFile", environment.Keys);
        Assert.Contains("--drain-delay=5", YamlTree.List(container, "args"));
        Assert.Equal(device == "cuda" ? ["GRPCRoute", "ScaledObject"] : [], rendered.Select(manifest => manifest.Kind).Where(kind => kind is "GRPCRoute" or "ScaledObject").Order());
    }

    private List<Manifest> Render(string folder, string registry)
    {
        // Debian's is too old for components, so that .ci/run can't install it: where there is none nothing is rendered.
        var kubectl = OutsideTool.Find("kubectl");
        Assert.SkipWhen(kubectl is null, "'kubectl' (1.21 or later) is not in PATH.");
        foreach (var file in DeployFolder.FilesBelow("kubernetes", "*"))
        {
            var copy = Path.Combine(_copy.FullName, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllText(copy, DeployFolder.Read(file));
        }

        var kustomization = Path.Combine(_copy.FullName, "kubernetes/base/kustomization.yaml");
        const string image = "  - name: flashdiffusion\n";
        Assert.Contains(image, File.ReadAllText(kustomization), StringComparison.Ordinal);
        if (registry.Length > 0)
        {
            File.WriteAllText(kustomization, File.ReadAllText(kustomization).Replace(image, $"{image}    newName: {registry}flashdiffusion\n", StringComparison.Ordinal));
        }

        var run = ToolRun.Start(kubectl!, _copy.FullName, "kustomize", $"kubernetes/{folder}");
        Assert.True(run.ExitCode == 0, run.Output);
        return [.. Manifest.Parse(folder, run.Output)];
    }
}
