using FlashDiffusion.EndToEnd.Tests.Clients;
using FlashDiffusion.EndToEnd.Tests.Readme;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Studio;

/// <summary>The calls that the studio page shows, one a language, as files in a folder of their own.</summary>
internal sealed class StudioSnippets : IDisposable
{
    private const int Side = 64;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-snippets-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Opens the page in Chromium and keeps what it shows.</summary>
    /// <param name="page">Where it is.</param>
    /// <param name="forward">The operator to choose.</param>
    /// <param name="key">What to say when it asks for a key; empty if it must not ask.</param>
    /// <param name="model">Name and version of the model to choose; empty to leave that.</param>
    public void Write(Uri page, string forward, string key = "", string model = "")
    {
        var (node, chromium) = (TypeScriptPackage.Build(), OutsideTool.Require("chromium"));
        var run = ToolRun.Start(
            "env", Checkout.Root, $"STUDIO={page.GetLeftPart(UriPartial.Authority)}", $"CHROMIUM={chromium}", $"FOLDER={_folder.FullName}", $"OPERATOR={forward}", $"KEY={key}", $"MODEL={model}",
            node, "--test", Path.Combine(Checkout.Root, "tests", "studio", "snippets.test.mjs"));
        Assert.True(run.ExitCode == 0, run.Output);

        // Whether the picture is clean or degraded, it is one that the call can take.
        foreach (var name in new[] { "picture.png", "degraded.png" })
        {
            File.WriteAllBytes(PathOf(name), PictureCodec.EncodePng(BuiltInPhotograph.Square(Side)));
        }
    }

    /// <summary>Runs them as they are; each must restore a picture.</summary>
    /// <param name="environment">Variables that they run with, as NAME=value.</param>
    public void RunAll(params string[] environment)
    {
        var python = SystemPython.Require("grpc", "numpy", "PIL", "google.protobuf");
        OutsideTool.Require("curl");
        OutsideTool.Require("jq");

        var curl = ToolRun.Start("env", _folder.FullName, [.. environment, "bash", "-eo", "pipefail", PathOf("snippet.curl")]);
        Assert.True(curl.ExitCode == 0 && curl.Output.Contains("\"result\"", StringComparison.Ordinal), curl.Output);

        Expect(ToolRun.Start("env", _folder.FullName, [.. environment, $"PYTHONPATH={Path.Combine(Checkout.Root, "clients", "python", "src")}", python, "-B", PathOf("snippet.python")]));
        Expect(CSharpProgram.Run(_folder.FullName, File.ReadAllText(PathOf("snippet.csharp")), environment));
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
