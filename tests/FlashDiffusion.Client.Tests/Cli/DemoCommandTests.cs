using System.Text.Json;
using FlashDiffusion.Cli;
using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.V1;

namespace FlashDiffusion.Client.Tests.Cli;

/// <summary>The demo against a server that halves the contrast and knows how to undo it.</summary>
public sealed class DemoCommandTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Demo_BuiltInPicture_WritesFilesAndFigures(bool terminal)
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var folder = new TemporaryFolder();

        var (exit, output, error) = await CommandRunner.RunAsync(
            terminal, ["demo", "--address", server.Address, "--output", folder.Path, "--operator", "gaussian_blur", "--seed", "42"]);

        Assert.Equal((ExitCode.Success, ""), (exit, error));
        Assert.All(["severity 0.0123", "start step 11", "12 steps", "expected 3.2 s", $"of {FakeReconstruction.Steps}", "PSNR", "SSIM"],
            text => Assert.Contains(text, output, StringComparison.Ordinal));
        Assert.Contains("steps 12 of 1000 (99 % saved), UNet calls 24", output, StringComparison.Ordinal);
        Assert.Contains("A notice for people.", output, StringComparison.Ordinal);
        Assert.Equal(terminal, output.Contains('\u001b', StringComparison.Ordinal));
        Assert.All(["clean.png", "degraded.png", "result.png", "contact-sheet.png", "decoded-mean.png"],
            name => Assert.NotNull(PictureCodec.Decode(File.ReadAllBytes(folder[name])).Picture));
        using var figures = JsonDocument.Parse(await File.ReadAllBytesAsync(folder["figures.json"], TestContext.Current.CancellationToken));
        Assert.True(figures.RootElement.GetProperty("result").GetProperty("psnr_db").GetDouble() > 60);
        Assert.InRange(figures.RootElement.GetProperty("degraded").GetProperty("psnr_db").GetDouble(), 10, 25);
        Assert.Equal(24, figures.RootElement.GetProperty("unet_calls").GetInt32());
    }

    [Fact]
    public async Task Demo_ShortenedWhileItRuns_SaysSo()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Shortened = (After: 4, Total: 6);
        using var folder = new TemporaryFolder();

        var (exit, output, error) = await CommandRunner.RunAsync("demo", "--address", server.Address, "--output", folder.Path);

        Assert.Equal((0, ""), (exit, error));
        Assert.All(["note: A notice for people.", "note: It took 6 steps instead of 12.", "steps 6 of 1000"], line => Assert.Contains(line, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Demo_Options_ReachTheServer()
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var folder = new TemporaryFolder();

        var (exit, _, error) = await CommandRunner.RunAsync(
            "demo", "--address", server.Address, "--output", folder.Path, "--size", "64", "--operator", "gaussian_blur", "--severity", "1",
            "--solver", "latent_dps", "--solver-param", "guidance_scale=2", "--model", "starter", "--seed", "7", "--operator-seed", "9",
            "--correction", "1.2", "--start-step", "50");

        Assert.Equal((0, ""), (exit, error));
        var request = server.Reconstruction.LastReconstruction!;
        Assert.Equal([3L, 64, 64], request.Measurement.Tensor.Shape);
        Assert.Equal((3.0, 0.05, 9UL), (request.Operator.Parameters["std"].Number, request.Operator.NoiseStd, request.Operator.Seed));
        Assert.Equal((7UL, "latent_dps", "starter"), (request.Seed, request.Solver.Name, request.Model));
        Assert.Equal(2, request.Solver.Parameters["guidance_scale"].Number);
        Assert.Equal((AdaptationMode.Fixed, 50, 1.2), (request.Adaptation.Mode, request.Adaptation.StartTimestep, request.Adaptation.Correction));
        Assert.Equal(request.Operator, server.Reconstruction.LastDegradation!.Operator);
    }

    [Theory]
    [InlineData("photo.jpg")]
    [InlineData("photo.png")]
    [InlineData("photo.webp")]
    public async Task Demo_Image_IsCroppedToTheSize(string name)
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var folder = new TemporaryFolder();
        var photo = BuiltInPhotograph.Whole();
        await File.WriteAllBytesAsync(
            folder[name],
            Path.GetExtension(name) switch
            {
                ".jpg" => PictureCodec.EncodeJpeg(photo),
                ".png" => PictureCodec.EncodePng(photo),
                _ => PictureCodec.EncodeWebp(photo),
            },
            TestContext.Current.CancellationToken);

        var (exit, _, error) = await CommandRunner.RunAsync("demo", "--address", server.Address, "--output", folder.Path, "--image", folder[name]);

        Assert.Equal((0, ""), (exit, error));
        Assert.Equal([3L, 128, 128], server.Reconstruction.LastReconstruction!.Measurement.Tensor.Shape);
    }

    [Fact]
    public async Task Demo_ModelThatFailedToLoad_EndsWithItsReason()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Catalog.State = ServingState.Failed;
        using var folder = new TemporaryFolder();

        var (exit, _, error) = await CommandRunner.RunAsync("demo", "--address", server.Address, "--output", folder.Path);

        Assert.Equal(1, exit);
        Assert.Contains("weights are missing", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_StartingServer_IsWaitedFor()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Catalog.Failure = Failures.Starting();
        using var folder = new TemporaryFolder();

        var run = CommandRunner.RunAsync("demo", "--address", server.Address, "--output", folder.Path);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(run.IsCompleted);
        server.Catalog.Failure = null;

        Assert.Equal(0, (await run).ExitCode);
    }
}
