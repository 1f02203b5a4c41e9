using System.Text.Json;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Builds;

public sealed class TorchNativeTests
{
    private const string Unneeded = "GLIBCXX_3.4.32";

    [Fact]
    public void Output_NativeLibrary_NeedsTheNewestRuntimeOnlyWeakly()
    {
        SkipUnlessLinux();
        var needs = ElfVersionNeeds.Read(Path.Combine(BuiltServer.Folder, "libLibTorchSharp.so"));

        Assert.True(Assert.Single(needs, need => need.Version == Unneeded).IsWeak);
        Assert.Contains(needs, need => need.Version.StartsWith("GLIBCXX_", StringComparison.Ordinal) && !need.IsWeak);
    }

    [Fact]
    public void Output_TorchOfEveryExecutable_IsALinkToTheOneCopy()
    {
        SkipUnlessLinux();
        var bins = new DirectoryInfo(Path.Combine(Checkout.Root, "artifacts", "bin"));
        var copies = bins.EnumerateFiles("libtorch_cpu.so", SearchOption.AllDirectories).ToList();

        Assert.NotEmpty(copies);
        Assert.All(copies, copy => Assert.NotNull(copy.LinkTarget));
        Assert.Single(copies.Select(copy => copy.ResolveLinkTarget(returnFinalTarget: true)!.FullName).Distinct());
    }

    [Fact]
    public void Output_PatchedLibrary_IsNoLinkIntoThePackageCache()
    {
        SkipUnlessLinux();

        Assert.Null(new FileInfo(Path.Combine(BuiltServer.Folder, "libLibTorchSharp.so")).LinkTarget);
    }

    [Theory]
    [InlineData("cpu", "libtorch-cpu-linux-x64", "TorchSharp-cuda-linux")]
    [InlineData("cuda", "TorchSharp-cuda-linux", "libtorch-cpu-linux-x64")]
    public void Evaluate_Backend_SelectsItsPackagesAndNoOthers(string backend, string selected, string other)
    {
        SkipUnlessLinux();
        var project = Path.Combine(Checkout.Root, "server", "FlashDiffusion.Server", "FlashDiffusion.Server.csproj");

        var run = ToolRun.Start("dotnet", Checkout.Root, "msbuild", project, "-getItem:PackageReference", $"-p:TorchBackend={backend}");

        Assert.True(run.ExitCode == 0, run.Output);
        using var items = JsonDocument.Parse(run.Output);
        var packages = items.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray().Select(item => item.GetProperty("Identity").GetString()).ToList();
        Assert.Contains("TorchSharp", packages);
        Assert.Contains(selected, packages);
        Assert.DoesNotContain(other, packages);
        Assert.DoesNotContain(packages, package => package!.Contains("win", StringComparison.Ordinal) || package.Contains("osx", StringComparison.Ordinal));
    }

    private static void SkipUnlessLinux() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Natives are linked and patched on Linux only.");
}
