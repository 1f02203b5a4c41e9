using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Metrics;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class MeasurementCommandsTests
{
    [Fact]
    public async Task DegradeThenReconstruct_ThroughFiles_KeepsTheNoiseUnclipped()
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var folder = new TemporaryFolder();
        var clean = BuiltInPhotograph.Square(32);
        PictureFile.Write(folder["clean.npy"], clean);

        var degrade = await CommandRunner.RunAsync(
            "degrade", folder["clean.npy"], "--operator", "denoising", "--noise-std", "0.1", "--seed", "5", "-o", folder["y.npy"], "--address", server.Address);
        var reconstruct = await CommandRunner.RunAsync(
            "reconstruct", folder["y.npy"], "--operator", "denoising", "--noise-std", "0.1", "-o", folder["x.png"], "--address", server.Address);

        Assert.Equal((0, ""), (degrade.ExitCode, degrade.Error));
        Assert.Equal((0, ""), (reconstruct.ExitCode, reconstruct.Error));
        Assert.Contains("seed 5", degrade.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["y.png"]));
        var result = PictureFile.Read(new FileInfo(folder["x.png"]));
        Assert.True(PictureMetrics.Psnr(clean, result) > 50);
    }

    [Fact]
    public async Task Severity_Measurement_IsOneLineAndItsNotices()
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var folder = new TemporaryFolder();
        PictureFile.Write(folder["y.png"], BuiltInPhotograph.Square(32));

        var (exit, output, _) = await CommandRunner.RunAsync(
            "severity", folder["y.png"], "--operator", "gaussian_blur", "--decoded-mean", folder["mean.png"], "--address", server.Address);

        Assert.Equal(0, exit);
        Assert.Contains("severity 0.125 (not reliable), start step 66", output, StringComparison.Ordinal);
        Assert.Contains("stronger than any in training", output, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["mean.png"]));
    }

    [Fact]
    public async Task Reconstruct_UnknownEnding_IsRefused()
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var folder = new TemporaryFolder();
        PictureFile.Write(folder["y.png"], BuiltInPhotograph.Square(32));

        var (exit, _, error) = await CommandRunner.RunAsync(
            "reconstruct", folder["y.png"], "--operator", "denoising", "-o", folder["x.tiff"], "--address", server.Address);

        Assert.Equal(2, exit);
        Assert.Null(server.Reconstruction.LastReconstruction);
        Assert.Contains("must end in .png", error, StringComparison.Ordinal);
    }
}
