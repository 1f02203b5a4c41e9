using FlashDiffusion.EndToEnd.Tests.Clients;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Studio;

/// <summary>The studio page, in Debian's Chromium and as files.</summary>
[Collection(ServerCollection.Name)]
public sealed class StudioTests(SharedServer shared)
{
    private static string Script => Path.Combine(Checkout.Root, "tests", "studio", "studio.test.mjs");

    [Fact]
    public void Page_InChromium_DoesWhatItShows()
    {
        var (node, chromium) = (TypeScriptPackage.Build(), OutsideTool.Require("chromium"));
        var screenshots = Environment.GetEnvironmentVariable("SCREENSHOTS") ?? "";

        var run = ToolRun.Start(
            "env", Checkout.Root, $"STUDIO={shared.Server.Http.GetLeftPart(UriPartial.Authority)}", $"CHROMIUM={chromium}", $"SCREENSHOTS={screenshots}", node, "--test", Script);

        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("# skipped 0", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "text/html")]
    [InlineData("studio/app.js", "text/javascript")]
    [InlineData("studio/studio.css", "text/css")]
    [InlineData("studio/icon.svg", "image/svg+xml")]
    public async Task File_OfThePage_HasItsTypeAndAStrictPolicy(string path, string type)
    {
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(shared.Server.Http, path), TestContext.Current.CancellationToken);

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("studio/nothing.js")]
    [InlineData("studio/../FlashDiffusion.Server.dll")]
    [InlineData("studio/%2e%2e/appsettings.json")]
    public async Task File_ThatIsNotPartOfThePage_IsNotFound(string path)
    {
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(shared.Server.Http, path), TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(100_000)]
    public async Task Photograph_OfASideThatThePageDoesNotOffer_IsRefused(int side)
    {
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(shared.Server.Http, $"studio/photograph.png?side={side}"), TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
    }
}
