using System.Text.Json;
using FlashDiffusion.Cli;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.Pictures.BuiltIn;

namespace FlashDiffusion.Client.Tests.Cli;

/// <summary>Several pictures at once.</summary>
public sealed class ReconstructCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ReconstructCommandTests()
    {
        Directory.CreateDirectory(_folder["in"]);
        foreach (var name in new[] { "b.png", "a.npy", "a.png", "c.webp" })
        {
            PictureFile.Write(_folder[$"in/{name}"], BuiltInPhotograph.Square(16));
        }

        File.WriteAllText(_folder["in/notes.txt"], "no picture");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reconstruct_Folder_WritesAPictureForEachMeasurement(bool terminal)
    {
        await using var server = await FakeFlashServer.StartAsync();

        var (exit, output, error) = await CommandRunner.RunAsync(terminal, Arguments(server, _folder["in"], "-o", _folder["out"]));

        Assert.Equal((0, ""), (exit, error));
        // The preview beside a measurement is left out, and so is what is no picture.
        Assert.Equal(["a.png", "b.png", "c.png"], Directory.EnumerateFiles(_folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(3, server.Reconstruction.Reconstructions.Count);
        Assert.Contains("3 of 3 pictures reconstructed, UNet calls 72", output, StringComparison.Ordinal);
        Assert.Equal(terminal, output.Contains('\u001b', StringComparison.Ordinal));
        Assert.True(terminal || output.Contains("b.png: step 12 of 12", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reconstruct_ShortenedWhileItRuns_GoesToTheNewEndAndSaysSo(bool terminal)
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Shortened = (After: 4, Total: 6);

        var (exit, output, error) = await CommandRunner.RunAsync(terminal, Arguments(server, _folder["in/b.png"], "-o", _folder["x.png"]));
        var (_, json, _) = await CommandRunner.RunAsync(Arguments(server, _folder["in/b.png"], "-o", _folder["x.png"], "--json"));

        Assert.Equal((0, ""), (exit, error));
        Assert.All(["note: A notice for people.", "note: It took 6 steps instead of 12."], line => Assert.Contains(line, output, StringComparison.Ordinal));
        Assert.True(terminal || (output.Contains("step 4 of 12", StringComparison.Ordinal) && output.Contains("step 6 of 6", StringComparison.Ordinal)));
        var notice = Assert.Single(JsonDocument.Parse(json).RootElement.GetProperty("result").GetProperty("notices").EnumerateArray());
        Assert.Equal("TRAJECTORY_SHORTENED", notice.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Reconstruct_Ddpm_IsSaidOnlyWhereItIsAskedFor()
    {
        await using var server = await FakeFlashServer.StartAsync();

        await CommandRunner.RunAsync(Arguments(server, _folder["in/b.png"], "-o", _folder["one.png"]));
        await CommandRunner.RunAsync(Arguments(server, _folder["in/b.png"], "-o", _folder["two.png"], "--ddpm"));

        Assert.Equal([null, V1.Sampler.Ddpm], server.Reconstruction.Reconstructions.Select(request => request.Sampling?.Sampler));
    }

    [Theory]
    [InlineData("reconstruct", "in/a.npy", "in/b.png/result.png", "is a file")]
    [InlineData("reconstruct", "in", "in/b.png/out", "is a file")]
    [InlineData("watch", "in/a.npy", "in/b.png/result.png", "is a file")]
    [InlineData("watch", "in/a.npy", "taken.png", "is a folder")]
    [InlineData("degrade", "in/b.png", "/proc/flash/measurement.npy", "can't be written")]
    [InlineData("compare", "in/b.png", "in/a.npy/sheet", "is a file")]
    public async Task Output_ThatCantBeWritten_IsRefusedBeforeTheWork(string command, string input, string output, string why)
    {
        Directory.CreateDirectory(_folder["taken.png"]);
        await using var server = await FakeFlashServer.StartAsync();
        string[] compared = command == "compare" ? ["--image", _folder[input], "--solvers", "latent_dps"] : [_folder[input]];

        var (exit, _, error) = await CommandRunner.RunAsync([command, .. compared, "-o", output[0] == '/' ? output : _folder[output], "--operator", "gaussian_blur", "--address", server.Address]);

        Assert.Equal(ExitCode.Usage, exit);
        Assert.Contains("--output", error, StringComparison.Ordinal);
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.Empty(server.Reconstruction.Reconstructions);
        Assert.Null(server.Reconstruction.LastDegradation);
    }

    [Fact]
    public void Output_ThatCanBeWritten_IsLeftAsItIs()
    {
        File.WriteAllText(_folder["old.png"], "old");

        OutputPath.CheckFile(_folder["old.png"]);
        OutputPath.CheckFile(_folder["new/deep/file.png"]);

        Assert.Equal("old", File.ReadAllText(_folder["old.png"]));
        Assert.Equal(["in", "old.png"], new DirectoryInfo(_folder["."]).EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Reconstruct_OneOfThreeIsBad_TheOthersGoOn()
    {
        await using var server = await FakeFlashServer.StartAsync();
        File.WriteAllText(_folder["in/b.png"], "no picture");

        var (exit, output, error) = await CommandRunner.RunAsync(Arguments(server, _folder["in"], "-o", _folder["out"], "--format", "npy", "--json"));

        Assert.Equal((ExitCode.Failed, ""), (exit, error));
        var lines = output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(line => Path.GetFileName(line.GetProperty("input").GetString())!);
        Assert.Equal(["a.npy", "b.png", "c.webp"], lines.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(_folder["out/a.npy"], lines["a.npy"].GetProperty("output").GetString());
        Assert.Equal((12, 24), (lines["a.npy"].GetProperty("accepted").GetProperty("total_steps").GetInt32(), lines["a.npy"].GetProperty("result").GetProperty("cost").GetProperty("unet_forward").GetInt32()));
        Assert.Equal((JsonValueKind.Null, 2), (lines["b.png"].GetProperty("output").ValueKind, lines["b.png"].GetProperty("error").GetProperty("exit_code").GetInt32()));
        Assert.True(File.Exists(_folder["out/c.npy"]));
    }

    [Fact]
    public async Task Reconstruct_AllRefused_HasTheRefusalsExitCode()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Failure = Failures.BadRequest(("operator.name", "There is no operator 'denoising'."));

        var (exit, output, error) = await CommandRunner.RunAsync(Arguments(server, _folder["in/a.npy"], _folder["in/b.png"], "-o", _folder["out"]));

        Assert.Equal(ExitCode.Refused, exit);
        Assert.Contains("0 of 2 pictures", output, StringComparison.Ordinal);
        Assert.Contains("a.npy: The request has problems. [operator.name: There is no operator 'denoising'.]", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reconstruct_OneThatIsNoPicture_NamesItOnce()
    {
        await using var server = await FakeFlashServer.StartAsync();
        File.WriteAllText(_folder["in/b.png"], "no picture");

        var (_, _, error) = await CommandRunner.RunAsync(Arguments(server, _folder["in"], "-o", _folder["out"]));

        Assert.StartsWith($"flash: {_folder["in/b.png"]}: The bytes", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reconstruct_NoServer_EndsAtOnce()
    {
        var (exit, _, error) = await CommandRunner.RunAsync("reconstruct", _folder["in"], "--operator", "denoising", "-o", _folder["out"], "--address", "127.0.0.1:1");

        Assert.Equal(ExitCode.Unavailable, exit);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Reconstruct_BrokenStream_IsResumedAndSaid()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Breaks.Enqueue((11, FakeBreak.Cancelled));

        var (exit, output, error) = await CommandRunner.RunAsync(Arguments(server, _folder["in/b.png"], "-o", _folder["x.png"]));

        Assert.Equal((0, ""), (exit, error));
        Assert.Contains($"resumed at step 10 on {server.Address}/: The proxy lost its server.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reconstruct_Timeout_IsTheCallsDeadline()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Hangs = true;

        var (exit, _, _) = await CommandRunner.RunAsync(Arguments(server, _folder["in/b.png"], "-o", _folder["x.png"], "--timeout", "1"));

        Assert.Equal(ExitCode.Deadline, exit);
    }

    private static string[] Arguments(FakeFlashServer server, params string[] more) => ["reconstruct", .. more, "--operator", "denoising", "--address", server.Address];
}
