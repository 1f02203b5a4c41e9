using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Deploy.Tests.Images;

/// <summary>No image can be built here, so the file is held to rules instead.</summary>
public sealed class DockerfileTests
{
    private static readonly string Text = DeployFolder.Read("docker/Dockerfile");

    [Fact]
    public void Dockerfile_KeepsTheRules() => Assert.Empty(DockerfileLint.Problems(Text));

    [Theory]
    [InlineData("USER 1654:1654", "USER root")]
    [InlineData("USER 1654:1654", "USER 0")]
    [InlineData("USER 1654:1654", "")]
    [InlineData("10.0.12-noble-chiseled", "latest")]
    [InlineData("10.0.12-noble-chiseled", "10.0-noble-chiseled")]
    [InlineData("10.0.12-noble-chiseled", "10.0.12-noble")]
    [InlineData(":10.0.401-noble", "")]
    [InlineData("--from=publish-cuda", "--from=publish-gpu")]
    [InlineData("COPY . .", "ADD . .")]
    [InlineData("[\"dotnet\", \"/app/FlashDiffusion.Server.dll\"]", "dotnet /app/FlashDiffusion.Server.dll")]
    public void Dockerfile_WithAPlantedError_IsRefused(string right, string wrong)
    {
        Assert.Contains(right, Text, StringComparison.Ordinal);
        Assert.NotEmpty(DockerfileLint.Problems(Text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Fact]
    public void Dockerfile_PublishesBothBackends_OfAProjectThatExists()
    {
        Assert.Contains("dotnet publish server/FlashDiffusion.Server -c Release -p:TorchBackend=cpu", Text, StringComparison.Ordinal);
        Assert.Contains("dotnet publish server/FlashDiffusion.Server -c Release -p:TorchBackend=cuda", Text, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Checkout.Root, "server/FlashDiffusion.Server/FlashDiffusion.Server.csproj")));
    }

    [Fact]
    public void Ignore_LetsInOnlyWhatExists()
    {
        var lines = DeployFolder.Read("docker/Dockerfile.dockerignore").Split('\n');
        Assert.Contains("*", lines);
        var let = lines.Where(line => line.StartsWith('!')).Select(line => Path.Combine(Checkout.Root, line[1..]));
        Assert.All(let, path => Assert.True(Path.Exists(path), path));
    }
}
