using FlashDiffusion.EndToEnd.Tests.Clients;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Readme;

/// <summary>The README's examples do what they show: their very lines are run, with a real server in place of the usual ports.</summary>
[Collection(ServerPairCollection.Name)]
public sealed class ReadmeExampleTests : IDisposable
{
    private const int Side = 64;
    private const int Ten = 10;
    private static readonly string Here = Path.Combine(Checkout.Root, "tests", "FlashDiffusion.EndToEnd.Tests", "Readme");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-readme-");
    private readonly ServerPair _servers;

    public ReadmeExampleTests(ServerPair servers)
    {
        _servers = servers;
        File.WriteAllBytes(PathOf("photo.jpg"), PictureCodec.EncodeJpeg(BuiltInPhotograph.Square(2 * Side)));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Examples_OfEveryLanguage_HaveAtMostTenLines()
    {
        Assert.Equal(["browser", "csharp", "curl", "node", "python", "triton"], ReadmeExample.All.Select(example => example.Name).Order(StringComparer.Ordinal));
        Assert.All(ReadmeExample.All, example => Assert.InRange(example.Lines, 1, Ten));
        Assert.All(ReadmeExample.All, example => Assert.NotEqual(example.Text, example.For(_servers.Second)));
    }

    [Fact]
    public void CSharp() => Expect(CSharpProgram.Run(_folder.FullName, ReadmeExample.Of("csharp").For(_servers.Second)));

    [Fact]
    public void Python()
    {
        var python = SystemPython.Require("grpc", "numpy", "PIL", "google.protobuf");
        Expect(ToolRun.Start("env", _folder.FullName, $"PYTHONPATH={Path.Combine(Checkout.Root, "clients", "python", "src")}", python, "-B", Write("example.py", "python")));
    }

    [Fact]
    public void Node()
    {
        var node = TypeScriptPackage.Build();
        // As "npm install .../clients/typescript" does.
        Directory.CreateDirectory(PathOf("node_modules"));
        Directory.CreateSymbolicLink(PathOf("node_modules/flashdiffusion"), TypeScriptPackage.Folder);
        Expect(ToolRun.Start(node, _folder.FullName, Write("example.mjs", "node")));
    }

    [Fact]
    public void Browser()
    {
        var (node, chromium) = (TypeScriptPackage.Build(), OutsideTool.Require("chromium"));
        var bundle = ToolRun.Start(OutsideTool.Require("npm"), TypeScriptPackage.Folder, "run", "bundle");
        Assert.True(bundle.ExitCode == 0, bundle.Output);
        Write("index.html", "browser");
        Expect(ToolRun.Start(
            "env", _folder.FullName, $"CHROMIUM={chromium}", $"PACKAGE={TypeScriptPackage.Folder}", $"ORIGIN={_servers.Origin.GetLeftPart(UriPartial.Authority)}",
            node, Path.Combine(Here, "browser_example.mjs")));
    }

    [Fact]
    public void Curl()
    {
        OutsideTool.Require("curl");
        OutsideTool.Require("jq");
        Expect(ToolRun.Start("bash", _folder.FullName, "-eo", "pipefail", Write("example.sh", "curl")));
    }

    [Fact]
    public void Curl_WhatIsRefused_IsSaidAndLeavesNoPicture()
    {
        OutsideTool.Require("curl");
        OutsideTool.Require("jq");
        var path = Write("example.sh", "curl");
        File.WriteAllText(path, File.ReadAllText(path).Replace("crop: 64", "crop: 6400", StringComparison.Ordinal));

        // As somebody pastes it, without pipefail.
        var run = ToolRun.Start("bash", _folder.FullName, path);

        Assert.Contains("A square of 6400 pixels does not fit", run.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, run.ExitCode);
        Assert.False(File.Exists(PathOf("restored.png")));
    }

    [Fact]
    public void TritonsProtocol()
    {
        var python = SystemPython.Require("grpc", "numpy", "PIL", "google.protobuf");
        var (protoc, plugin) = (OutsideTool.Require("protoc"), OutsideTool.Require("grpc_python_plugin"));
        var stubs = ToolRun.Start(
            protoc, Path.Combine(Checkout.Root, "protos", "inference"), "-I", ".", $"--python_out={_folder.FullName}", $"--grpc_python_out={_folder.FullName}",
            $"--plugin=protoc-gen-grpc_python={plugin}", "grpc_service.proto", "model_config.proto");
        Assert.True(stubs.ExitCode == 0, stubs.Output);
        Expect(ToolRun.Start(python, _folder.FullName, "-B", Write("example.py", "triton")));
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private string Write(string name, string example)
    {
        File.WriteAllText(PathOf(name), ReadmeExample.Of(example).For(_servers.Second));
        return PathOf(name);
    }

    /// <summary>That it told its steps and left a picture.</summary>
    private void Expect(ToolRun run)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("step", run.Output, StringComparison.Ordinal);
        var restored = PictureCodec.Decode(File.ReadAllBytes(PathOf("restored.png"))).Picture;
        Assert.Equal((Side, Side), (restored?.Height, restored?.Width));
    }
}
