using System.Text.Json;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Builds;

public sealed class PublishTests
{
    [Fact]
    public void Publish_Files_AreCompleteAndEachHasItsOwnPlace()
    {
        var project = Path.Combine(Checkout.Root, "server", "FlashDiffusion.Server", "FlashDiffusion.Server.csproj");
        var configuration = Path.GetFileName(BuiltServer.Folder);

        var run = ToolRun.Start(
            "dotnet", Checkout.Root, "msbuild", project, "-t:ComputeResolvedFilesToPublishList", "-getItem:ResolvedFileToPublish", $"-p:Configuration={configuration}", "-p:NoBuild=true");

        Assert.True(run.ExitCode == 0, run.Output);
        using var items = JsonDocument.Parse(run.Output);
        var files = items.RootElement.GetProperty("Items").GetProperty("ResolvedFileToPublish").EnumerateArray()
            .Select(item => item.GetProperty("RelativePath").GetString()!.Replace('\\', '/')).ToList();
        Assert.Equal(files.Count, files.Distinct(StringComparer.Ordinal).Count());
        Assert.Contains(files, file => file.StartsWith("plugins/LatentDps/", StringComparison.Ordinal) && file.EndsWith("plugin.json", StringComparison.Ordinal));
        Assert.Contains("models/starter/1/model.json", files);
        Assert.Contains(files, file => Path.GetFileNameWithoutExtension(file) is "libLibTorchSharp" or "LibTorchSharp");
    }
}
