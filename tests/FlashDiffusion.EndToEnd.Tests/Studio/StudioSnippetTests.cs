using FlashDiffusion.EndToEnd.Tests.Clients;
using FlashDiffusion.EndToEnd.Tests.Readme;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Studio;

/// <summary>The calls that the studio page shows do as they are what the page does, also for operators whose measurement is no picture.</summary>
[Collection(ServerCollection.Name)]
public sealed class StudioSnippetTests(SharedServer shared) : IDisposable
{
    private const int Side = 64;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-snippets-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("inpainting")]
    [InlineData("compressed_sensing")]
    [InlineData("phase_retrieval")]
    public void Snippet_OfEveryLanguage_Restores(string forward)
    {
        WriteSnippets(forward);
        var python = SystemPython.Require("grpc", "numpy", "PIL", "google.protobuf");
        OutsideTool.Require("curl");
        OutsideTool.Require("jq");

        var curl = ToolRun.Start("bash", _folder.FullName, "-eo", "pipefail", PathOf("snippet.curl"));
        Assert.True(curl.ExitCode == 0 && curl.Output.Contains("\"result\"", StringComparison.Ordinal), curl.Output);

        Expect(ToolRun.Start("env", _folder.FullName, $"PYTHONPATH={Path.Combine(Checkout.Root, "clients", "python", "src")}", python, "-B", PathOf("snippet.python")));
        Expect(CSharpProgram.Run(_folder.FullName, File.ReadAllText(PathOf("snippet.csharp"))));
    }

    private void WriteSnippets(string forward)
    {
        var (node, chromium) = (TypeScriptPackage.Build(), OutsideTool.Require("chromium"));
        var run = ToolRun.Start(
            "env", Checkout.Root, $"STUDIO={shared.Server.Http.GetLeftPart(UriPartial.Authority)}", $"CHROMIUM={chromium}", $"FOLDER={_folder.FullName}", $"OPERATOR={forward}",
            node, "--test", Path.Combine(Checkout.Root, "tests", "studio", "snippets.test.mjs"));
        Assert.True(run.ExitCode == 0, run.Output);

        // Whether the picture is clean or degraded, it is one that the call can take.
        foreach (var name in new[] { "picture.png", "degraded.png" })
        {
            File.WriteAllBytes(PathOf(name), PictureCodec.EncodePng(BuiltInPhotograph.Square(Side)));
        }
    }

    private void Expect(ToolRun run)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
        Assert.True(run.ExitCode == 0, run.Output);
        var restored = PictureCodec.Decode(File.ReadAllBytes(PathOf("restored.png"))).Picture;
        Assert.Equal((Side, Side), (restored?.Height, restored?.Width));
        File.Delete(PathOf("restored.png"));
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
