using FlashDiffusion.Deploy.Tests.Manifests;
using FlashDiffusion.Deploy.Tests.Server;

namespace FlashDiffusion.Deploy.Tests.Images;

public sealed class ComposeTests
{
    private static readonly string Text = DeployFolder.Read("compose/compose.yaml");
    private static readonly object Tree = YamlTree.Documents(Text).Single();

    [Theory]
    [InlineData("compose/compose.yaml")]
    [InlineData("compose/compose.cuda.yaml")]
    public void Compose_HasOnlyFieldsThatExist(string file) => Assert.Empty(Schema.Of("Compose")!.Problems(YamlTree.Documents(DeployFolder.Read(file)).Single()));

    [Theory]
    [InlineData("read_only: true", "readonly: true")]
    [InlineData("read_only: true", "read_only: maybe")]
    [InlineData("image: grafana/grafana:12.0.1", "img: grafana/grafana:12.0.1")]
    public void Compose_WithAPlantedError_IsRefused(string right, string wrong) =>
        Assert.NotEmpty(Schema.Of("Compose")!.Problems(YamlTree.Documents(Text.Replace(right, wrong, StringComparison.Ordinal)).Single()));

    [Fact]
    public void Compose_Images_ArePinned() => Assert.All(Services(), service => Assert.True(PinnedImage.IsPinned((string)YamlTree.At(service, "image")!)));

    [Fact]
    public void Compose_Ports_AreOfThisMachineOnly() =>
        Assert.All(Services().SelectMany(service => YamlTree.List(service, "ports")).Cast<string>(), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));

    [Fact]
    public void Compose_Mounts_AreFilesThatExist_ReadOnly()
    {
        var mounts = Services().SelectMany(service => YamlTree.List(service, "volumes")).Cast<string>().Select(mount => mount.Split(':')).Where(mount => mount[0].StartsWith('.')).ToList();
        Assert.NotEmpty(mounts);
        Assert.All(mounts, mount => Assert.True(Path.Exists(DeployFolder.PathOf(Path.Combine("compose", mount[0]))), mount[0]));
        Assert.All(mounts, mount => Assert.Equal("ro", mount[^1]));
    }

    [Fact]
    public void Server_RunsWithoutRights_WithOptionsThatExist()
    {
        var server = YamlTree.At(Tree, "services", "server");
        Assert.Equal(true, YamlTree.At(server, "read_only"));
        Assert.Equal("1654:1654", YamlTree.At(server, "user"));
        Assert.Equal(["ALL"], YamlTree.List(server, "cap_drop"));
        var names = ((IDictionary<object, object>)YamlTree.At(server, "environment")!).Keys.Cast<string>().Where(name => !name.StartsWith("OTEL_", StringComparison.Ordinal));
        Assert.All(names, name => Assert.Contains(name.Replace("__", ":", StringComparison.Ordinal), ServerSource.OptionKeys));
    }

    [Fact]
    public void CurveFile_IsOnAVolume_InAFolderThatTheImageGivesToItsUser()
    {
        var server = YamlTree.At(Tree, "services", "server");
        var folder = Path.GetDirectoryName((string)YamlTree.At(server, "environment", "Engine__CurveFile")!);
        var mount = YamlTree.List(server, "volumes").Cast<string>().Select(mount => mount.Split(':')).Single(mount => mount[1] == folder);
        Assert.Equal(2, mount.Length);
        Assert.NotNull(YamlTree.At(Tree, "volumes", mount[0]));
        // A new volume takes its owner from what the image has there.
        Assert.Contains($"COPY --from=source --chown=1654:1654 /state {folder}\n", DeployFolder.Read("docker/Dockerfile"), StringComparison.Ordinal);
    }

    private static ICollection<object> Services() => ((IDictionary<object, object>)YamlTree.At(Tree, "services")!).Values;
}
