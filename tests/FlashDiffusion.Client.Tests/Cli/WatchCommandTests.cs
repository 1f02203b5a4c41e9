using System.Text.Json;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.Pictures.BuiltIn;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class WatchCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public WatchCommandTests() => PictureFile.Write(_folder["y.npy"], BuiltInPhotograph.Square(16));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Watch_Terminal_DrawsPixels()
    {
        await using var server = await FakeFlashServer.StartAsync();

        var (exit, output, error) = await CommandRunner.RunAsync(terminal: true, Arguments(server));

        Assert.Equal((0, ""), (exit, error));
        Assert.Contains('▀', output);
        Assert.Contains("measurement", output, StringComparison.Ordinal);
        Assert.Contains("steps 12 of 1000, UNet calls 24", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_Redirected_IsPlainLines()
    {
        await using var server = await FakeFlashServer.StartAsync();

        var (exit, output, error) = await CommandRunner.RunAsync(Arguments(server, "-o", _folder["x.png"]));

        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("step 12 of 12", output, StringComparison.Ordinal);
        Assert.DoesNotContain('▀', output);
        Assert.DoesNotContain('\u001b', output);
        Assert.True(File.Exists(_folder["x.png"]));
    }

    [Fact]
    public async Task Watch_Json_IsALineForEachEvent()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Breaks.Enqueue((11, FakeBreak.Cancelled));

        var (exit, output, error) = await CommandRunner.RunAsync(Arguments(server, "--json"));

        Assert.Equal((0, ""), (exit, error));
        var events = output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()).ToArray();
        Assert.Equal(["accepted", .. Enumerable.Repeat("progress", 11), "resumed", "progress", "result"], events);
        Assert.DoesNotContain("checkpoint\":{", output, StringComparison.Ordinal);
    }

    private string[] Arguments(FakeFlashServer server, params string[] more) =>
        ["watch", _folder["y.npy"], "--operator", "denoising", "--address", server.Address, .. more];
}
