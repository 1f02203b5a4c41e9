using FlashDiffusion.EndToEnd.Tests.Clients;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Studio;

/// <summary>The studio page before a server with several models.</summary>
public sealed class StudioModelsTests(ModelsServer models) : IClassFixture<ModelsServer>
{
    [Fact]
    public void Page_InChromium_LetsOneChooseTheModel()
    {
        var (node, chromium) = (TypeScriptPackage.Build(), OutsideTool.Require("chromium"));

        var run = ToolRun.Start(
            "env", Checkout.Root, $"STUDIO={models.Server.Http.GetLeftPart(UriPartial.Authority)}", $"CHROMIUM={chromium}",
            $"SCREENSHOTS={Environment.GetEnvironmentVariable("SCREENSHOTS")}", node, "--test", Path.Combine(Checkout.Root, "tests", "studio", "models.test.mjs"));

        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("# skipped 0", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Snippet_OfEveryLanguage_NamesTheModelAndItsVersion()
    {
        using var snippets = new StudioSnippets();

        snippets.Write(models.Server.Http, "inpainting", model: "starter 1");

        snippets.RunAll();
    }
}
