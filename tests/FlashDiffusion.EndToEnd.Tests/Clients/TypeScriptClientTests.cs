using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Clients;

/// <summary>The TypeScript client's own tests in Node, run against a real server.</summary>
[Collection(ServerCollection.Name)]
public sealed class TypeScriptClientTests(SharedServer shared)
{
    [Theory]
    [InlineData("pictures.test.mjs")]
    [InlineData("attempts.test.mjs")]
    [InlineData("errors.test.mjs")]
    [InlineData("streams.test.mjs")]
    [InlineData("server.test.mjs")]
    public void Tests_OfTheTypeScriptClient_Pass(string file)
    {
        var run = ToolRun.Start(
            "env", TypeScriptPackage.Folder, $"FLASHDIFFUSION_ADDRESS={shared.Server.Address.Authority}", TypeScriptPackage.Build(), "--test", $"test/{file}");

        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Matches(@"# pass [1-9]", run.Output);
        Assert.Contains("# skipped 0", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_CheckedIn_AreThoseOfTheProtos()
    {
        TypeScriptPackage.Build();
        var kept = Path.Combine(TypeScriptPackage.Folder, "src", "gen");
        var fresh = Directory.CreateTempSubdirectory("flash-typescript-");
        try
        {
            var template = File.ReadAllText(Path.Combine(TypeScriptPackage.Folder, "buf.gen.yaml")).Replace("out: src/gen", $"out: {fresh.FullName}/gen", StringComparison.Ordinal);
            var tools = Path.Combine(TypeScriptPackage.Folder, "node_modules", ".bin");
            var path = $"{tools}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
            var run = ToolRun.Start("env", TypeScriptPackage.Folder, $"PATH={path}", "buf", "generate", "--template", template);

            Assert.True(run.ExitCode == 0, run.Output);
            var names = Names(Path.Combine(fresh.FullName, "gen"));
            Assert.Equal(names, Names(kept));
            Assert.All(names, name => Assert.True(
                File.ReadAllText(Path.Combine(kept, name)) == File.ReadAllText(Path.Combine(fresh.FullName, "gen", name)), $"{name}: run npm run generate"));
        }
        finally
        {
            fresh.Delete(recursive: true);
        }
    }

    private static List<string> Names(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)];
}
