using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Clients;

/// <summary>The TypeScript client's own tests in Debian's Chromium: over gRPC-Web, from a page of another origin.</summary>
[Collection(ServerPairCollection.Name)]
public sealed class TypeScriptBrowserTests(ServerPair servers)
{
    [Fact]
    public void Tests_OfTheTypeScriptClientInChromium_Pass()
    {
        var (node, chromium) = (TypeScriptPackage.Build(), OutsideTool.Require("chromium"));

        var run = ToolRun.Start(
            "env",
            TypeScriptPackage.Folder,
            $"FLASHDIFFUSION_HTTP={servers.Second.Http.GetLeftPart(UriPartial.Authority)}",
            $"FLASHDIFFUSION_ORIGIN={servers.Origin.GetLeftPart(UriPartial.Authority)}",
            $"CHROMIUM={chromium}",
            node, "--test", "--test-reporter=tap", "test/browser.test.mjs");

        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Matches(@"# pass [1-9]", run.Output);
        Assert.Contains("# skipped 0", run.Output, StringComparison.Ordinal);
    }
}
