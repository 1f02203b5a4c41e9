using System.Text.Json;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Demo;

/// <summary>The main job as the README shows it: the built command line, a real server process and the shipped model.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("flash-demo-").FullName;
    private readonly int _port = FreePort.Next();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Demo_BuiltInPicture_ReconstructsInAFractionOfTheSteps()
    {
        var (output, figures) = await RunAsync();

        Assert.All(
            ["severity ", "start step ", "ETA ", "steps/s", "PSNR", "SSIM", "UNet calls ", "wall time "],
            text => Assert.Contains(text, output, StringComparison.Ordinal));
        Assert.All(
            ["clean.png", "degraded.png", "decoded-mean.png", "result.png"],
            name => Assert.Equal((128, 128), SizeOf(name)));
        var sheet = SizeOf("contact-sheet.png");
        Assert.True(sheet.Width > 4 * 256 && sheet.Height > 2 * 256);
        Assert.InRange(Number(figures, "unet_calls"), 1, 400);
        Assert.Equal(1000, Number(figures, "full_steps"));
        Assert.True(Number(figures, "result", "psnr_db") > Number(figures, "degraded", "psnr_db") + 5);
        Assert.True(Number(figures, "result", "ssim") > Number(figures, "degraded", "ssim") + 0.1);
        Assert.False(FlashProcess.SomebodyListens(_port), "the demo left its server running");
    }

    [Theory]
    [InlineData("gaussian_blur", "photo.jpg", 0.5)]
    [InlineData("denoising", "photo.webp", 5)]
    public async Task Demo_Photograph_ComesCloserToTheTruth(string forward, string name, double gainDb)
    {
        var photo = BuiltInPhotograph.Whole();
        var bytes = Path.GetExtension(name) == ".jpg" ? PictureCodec.EncodeJpeg(photo) : PictureCodec.EncodeWebp(photo);
        await File.WriteAllBytesAsync(Path.Combine(_folder, name), bytes, Cancellation);

        var (_, figures) = await RunAsync("--image", Path.Combine(_folder, name), "--operator", forward, "--size", "64", "--severity", "0.7");

        Assert.Equal((64, 64), SizeOf("result.png"));
        Assert.InRange(Number(figures, "unet_calls"), 1, 700);
        Assert.True(Number(figures, "result", "psnr_db") > Number(figures, "degraded", "psnr_db") + gainDb);
    }

    [Fact]
    public async Task Demo_SameSeed_GivesTheSamePicture()
    {
        string[] arguments = ["--size", "64", "--severity", "0.1", "--seed", "3"];
        await RunAsync(arguments);
        var first = await File.ReadAllBytesAsync(Path.Combine(_folder, "degraded.png"), Cancellation);
        var result = Decode("result.png");

        await RunAsync(arguments);

        Assert.Equal(first, await File.ReadAllBytesAsync(Path.Combine(_folder, "degraded.png"), Cancellation));
        var again = Decode("result.png").Pixels;
        for (var i = 0; i < again.Length; i++)
        {
            Assert.InRange(again[i] - result.Pixels[i], -1.01f / 255, 1.01f / 255);
        }
    }

    [Fact]
    public async Task Demo_Interrupted_EndsItsServer()
    {
        using var flash = FlashProcess.Start(Arguments("--full"));
        await flash.WaitForOutputAsync("start step", Cancellation);
        Assert.True(FlashProcess.SomebodyListens(_port));

        await flash.InterruptAsync(Cancellation);

        Assert.Equal(130, await flash.ExitCodeAsync(Cancellation));
        Assert.Contains("flash: cancelled.", flash.Output, StringComparison.Ordinal);
        Assert.False(FlashProcess.SomebodyListens(_port), "the demo left its server running");
    }

    [Fact]
    public async Task Demo_BadParameter_IsExplainedAndEndsItsServer()
    {
        using var flash = FlashProcess.Start(Arguments("--operator", "gaussian_blur", "--param", "std=-4"));

        Assert.Equal(3, await flash.ExitCodeAsync(Cancellation));
        Assert.Contains("std", flash.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", flash.Output, StringComparison.Ordinal);
        Assert.False(FlashProcess.SomebodyListens(_port), "the demo left its server running");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Arguments(params string[] more) => ["demo", "--address", $"127.0.0.1:{_port}", "--output", _folder, .. more];

    private async Task<(string Output, JsonElement Figures)> RunAsync(params string[] arguments)
    {
        using var flash = FlashProcess.Start(Arguments(arguments));
        var exit = await flash.ExitCodeAsync(Cancellation);
        Assert.True(exit == 0, flash.Output);
        using var figures = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(_folder, "figures.json"), Cancellation));
        return (flash.Output, figures.RootElement.Clone());
    }

    private Pictures.Picture Decode(string name) =>
        PictureCodec.Decode(File.ReadAllBytes(Path.Combine(_folder, name))).Picture ?? throw new InvalidDataException($"{name} is no picture.");

    private (int Width, int Height) SizeOf(string name) => (Decode(name).Width, Decode(name).Height);

    private static double Number(JsonElement figures, params string[] path) =>
        path.Aggregate(figures, (element, name) => element.GetProperty(name)).GetDouble();
}
