using System.Text.RegularExpressions;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Deploy.Tests.Images;

/// <summary>An image is made of what the ignore file lets in. Docker is not here, but what it would do with that is.</summary>
public sealed partial class BuildContextTests
{
    private const string Project = "server/FlashDiffusion.Server/FlashDiffusion.Server.csproj";
    private static readonly string Dockerfile = DeployFolder.Read("docker/Dockerfile");
    private static readonly string Ignore = DeployFolder.Read("docker/Dockerfile.dockerignore");

    [Theory]
    [InlineData("server/models/starter/1/model.json", true)]
    [InlineData(".editorconfig", true)]
    [InlineData("tests/FlashDiffusion.Server.Tests/AloneCollection.cs", false)]
    [InlineData("README.md", false)]
    [InlineData("server/FlashDiffusion.Server/bin/x.dll", false)]
    [InlineData("plugins/obj", false)]
    [InlineData("plugins/objects/x", true)]
    public void LetsIn_AsDockerWould(string path, bool isIn) => Assert.Equal(isIn, new BuildContext(Ignore).LetsIn(path));

    [Fact]
    public void Context_HasWhatThePublishReads()
    {
        var needs = new ProjectNeeds(Project).Files;
        // What one would not think of at once: the plugins that lie beside the server, the licence in the bill, and targets by way of targets.
        Assert.Superset(
            new HashSet<string>
            {
                "plugins/Psld/PsldSolver.cs", "server/FlashDiffusion.Abstractions/build/FlashDiffusion.Plugin.targets", "protos/inference/model_config.proto", "eng/FlashDiffusion.Bill/packages.lock.json",
                "eng/TorchLinks.targets", "eng/WeakenVersionNeed.cs", "LICENSE", "BannedSymbols.txt", "server/models/starter/1/model.json", "Directory.Packages.props",
            },
            needs.ToHashSet());

        Assert.Empty(needs.Except(new BuildContext(Ignore).Files));
    }

    [Theory]
    [InlineData("!.editorconfig")]
    [InlineData("!BannedSymbols.txt")]
    [InlineData("!Directory.Build.props")]
    [InlineData("!Directory.Build.targets")]
    [InlineData("!Directory.Packages.props")]
    [InlineData("!global.json")]
    [InlineData("!eng")]
    [InlineData("!plugins")]
    [InlineData("!protos")]
    [InlineData("!server")]
    [InlineData("!LICENSE")]
    public void Context_WithoutOneOfItsLines_LacksSomething(string line)
    {
        Assert.Contains(line, Ignore.Split('\n'));

        Assert.NotEmpty(new ProjectNeeds(Project).Files.Except(new BuildContext(Ignore.Replace(line + "\n", "", StringComparison.Ordinal)).Files));
    }

    [Fact]
    public void Dockerfile_CopiesFromTheContextOnlyWhatIsThere()
    {
        var files = new BuildContext(Ignore).Files;
        var sources = Copies().Matches(Dockerfile).SelectMany(copy => copy.Groups["paths"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..^1]).ToList();

        Assert.NotEmpty(sources);
        Assert.All(sources, source => Assert.True(source == "." || files.Any(file => file == source || file.StartsWith(source.TrimEnd('/') + "/", StringComparison.Ordinal)), source));
    }

    [Fact]
    public void Publish_FromTheContextAlone_MakesAServer()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LONG") == "1", "A publish from nothing takes minutes; LONG=1 runs it.");
        var folder = Directory.CreateTempSubdirectory("flash-context-");
        try
        {
            var source = Path.Combine(folder.FullName, "source");
            foreach (var file in new BuildContext(Ignore).Files)
            {
                var target = Path.Combine(source, file);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(Path.Combine(Checkout.Root, file), target);
            }

            var app = Path.Combine(folder.FullName, "app");
            var command = Publish().Match(Dockerfile).Groups["arguments"].Value.Replace("/app", app, StringComparison.Ordinal);

            var run = ToolRun.Start("dotnet", source, command.Split(' '));

            Assert.True(run.ExitCode == 0, run.Output);
            Assert.All(
                new[] { "FlashDiffusion.Server.dll", "libLibTorchSharp.so", "NOTICE.txt", "models/starter/1/model.json", "plugins/Psld/0.1.0/plugin.json" },
                file => Assert.True(File.Exists(Path.Combine(app, file)), file));
            var asked = ToolRun.Start("dotnet", app, Path.Combine(app, "FlashDiffusion.Server.dll"), "--help");
            Assert.True(asked.ExitCode == 0 && asked.Output.Contains("--grpc-port", StringComparison.Ordinal), asked.Output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"^COPY (?!--from)(?<paths>.+)$", RegexOptions.Multiline)]
    private static partial Regex Copies();

    [GeneratedRegex(@"^RUN dotnet (?<arguments>publish .*-p:TorchBackend=cpu.*)$", RegexOptions.Multiline)]
    private static partial Regex Publish();
}
