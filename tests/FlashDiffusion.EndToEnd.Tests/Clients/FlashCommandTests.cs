using System.Text.Json;
using FlashDiffusion.EndToEnd.Tests.Demo;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Clients;

/// <summary>The built command line against a real server, as scripts use it. The solver without network calls keeps it short.</summary>
[Collection(ServerCollection.Name)]
public sealed class FlashCommandTests(SharedServer shared) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-command-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task DegradeThenReconstruct_AFolder_IsALineOfJsonForEachPicture()
    {
        Directory.CreateDirectory(In("y"));
        await File.WriteAllBytesAsync(In("clean.png"), PictureCodec.EncodePng(BuiltInPhotograph.Square(64)), Cancellation);
        foreach (var seed in new[] { "1", "2" })
        {
            await RunAsync(0, "degrade", In("clean.png"), "--operator", "inpainting", "--param", "removed=0.3", "--noise-std", "0.05", "--seed", seed, "--operator-seed", "5", "-o", In($"y/{seed}.npy"));
        }

        var output = await RunAsync(
            0, "reconstruct", In("y"), "--operator", "inpainting", "--param", "removed=0.3", "--noise-std", "0.05", "--operator-seed", "5", "--solver", "ae", "-o", In("x"), "--json");

        var lines = output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([In("x/1.png"), In("x/2.png")], lines.Select(line => line.GetProperty("output").GetString()).Order(StringComparer.Ordinal));
        Assert.All(lines, line => Assert.Equal("ae", line.GetProperty("accepted").GetProperty("solver").GetString()));
        Assert.All(lines, line => Assert.Equal((64, 64), SizeOf(line.GetProperty("output").GetString()!)));
    }

    [Fact]
    public async Task Compare_TwoSolvers_IsFiguresAndASheet()
    {
        var output = await RunAsync(
            0, "compare", "--solvers", "ae,mpgd", "--severity", "0.2", "--ddim-steps", "20", "--output", In("sheet"), "--json");

        var figures = JsonDocument.Parse(output).RootElement;
        Assert.Equal(["ae", "mpgd"], figures.GetProperty("solvers").EnumerateArray().Select(row => row.GetProperty("solver").GetString()));
        var degraded = figures.GetProperty("degraded").GetProperty("psnr_db").GetDouble();
        Assert.All(figures.GetProperty("solvers").EnumerateArray(), row => Assert.True(row.GetProperty("result").GetProperty("psnr_db").GetDouble() > degraded + 3));
        Assert.True(SizeOf(In("sheet/contact-sheet.png")).Width > 3 * 256);
    }

    [Fact]
    public async Task Bench_FixedRate_AnswersAll()
    {
        var output = await RunAsync(0, "bench", "--requests", "6", "--rate", "3", "--start-step", "30", "--ddim-steps", "30", "--solver", "ddim", "--json");

        var figures = JsonDocument.Parse(output).RootElement;
        Assert.Equal((6, 0, 0, 0), (Number(figures, "completed"), Number(figures, "refused"), Number(figures, "failed"), Number(figures, "lost")));
        var (latent, total) = (figures.GetProperty("first_latent_seconds"), figures.GetProperty("total_seconds"));
        Assert.True(latent.GetProperty("p50").GetDouble() > 0);
        Assert.True(latent.GetProperty("max").GetDouble() <= total.GetProperty("max").GetDouble());
        Assert.Equal(Number(figures, "unet_forward") / figures.GetProperty("seconds").GetDouble(), figures.GetProperty("steps_per_second").GetDouble(), 6);
    }

    [Fact]
    public async Task Failures_HaveTheirExitCodes()
    {
        await File.WriteAllBytesAsync(In("y.png"), PictureCodec.EncodePng(BuiltInPhotograph.Square(64)), Cancellation);

        await RunAsync(2, "reconstruct", In("y.png"));
        Assert.Contains("There is no operator 'blurr'", await RunAsync(3, "reconstruct", In("y.png"), "--operator", "blurr"), StringComparison.Ordinal);
        Assert.Contains("No FlashDiffusion server answers", await FlashAsync(4, "models", "--address", $"127.0.0.1:{FreePort.Next()}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_Redirected_IsLinesAndAPicture()
    {
        await File.WriteAllBytesAsync(In("y.png"), PictureCodec.EncodePng(BuiltInPhotograph.Square(64)), Cancellation);

        var output = await RunAsync(0, "watch", In("y.png"), "--operator", "denoising", "--noise-std", "0.1", "--start-step", "60", "--ddim-steps", "50", "--solver", "mpgd", "-o", In("x.png"));

        Assert.Matches(@"(?m)^step (?<n>\d+) of \k<n> ", output);
        Assert.Equal((64, 64), SizeOf(In("x.png")));
    }

    private Task<string> RunAsync(int code, params string[] arguments) => FlashAsync(code, [.. arguments, "--address", shared.Server.Address.ToString()]);

    private static async Task<string> FlashAsync(int code, params string[] arguments)
    {
        using var flash = FlashProcess.Start(arguments);
        var exit = await flash.ExitCodeAsync(Cancellation);
        Assert.True(exit == code, $"flash {string.Join(' ', arguments)} ended with {exit}:\n{flash.Output}");
        return flash.Output;
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private static (int Width, int Height) SizeOf(string path)
    {
        var picture = PictureCodec.Decode(File.ReadAllBytes(path)).Picture!;
        return (picture.Width, picture.Height);
    }

    private static int Number(JsonElement figures, string name) => figures.GetProperty(name).GetInt32();
}
