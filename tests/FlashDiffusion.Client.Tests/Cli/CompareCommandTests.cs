using System.Text.Json;
using FlashDiffusion.Cli;
using FlashDiffusion.Client.Tests.FakeServer;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.V1;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class CompareCommandTests
{
    [Fact]
    public async Task Compare_Baseline_IsATableASheetAndFigures()
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var folder = new TemporaryFolder();

        var (exit, output, error) = await CommandRunner.RunAsync(Arguments(server, folder, "--baseline"));

        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("| latent_dps (full) |", output, StringComparison.Ordinal);
        Assert.All(["contact-sheet.png", "latent_dps.png", "latent_dps-full.png"], name => Assert.NotNull(PictureCodec.Decode(File.ReadAllBytes(folder[name])).Picture));
        using var figures = JsonDocument.Parse(await File.ReadAllBytesAsync(folder["figures.json"], TestContext.Current.CancellationToken));
        Assert.Equal(2, figures.RootElement.GetProperty("solvers").GetArrayLength());
        Assert.Equal(2 * FakeReconstruction.Steps, figures.RootElement.GetProperty("solvers")[0].GetProperty("unet_forward").GetInt32());
        Assert.Equal([AdaptationMode.Auto, AdaptationMode.Full], server.Reconstruction.Reconstructions.Select(request => request.Adaptation.Mode));
        Assert.All(server.Reconstruction.Reconstructions, request => Assert.Equal(("latent_dps", 1UL), (request.Solver.Name, request.Seed)));
    }

    [Fact]
    public async Task Compare_OneSolverFails_TheOthersAreShownAndTheExitCodeSaysIt()
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var folder = new TemporaryFolder();
        server.Reconstruction.Failures.Enqueue(Failures.BadRequest(("operator", "Does not fit.")));

        var (exit, output, _) = await CommandRunner.RunAsync(Arguments(server, folder, "--baseline", "--json"));

        Assert.Equal(ExitCode.Failed, exit);
        using var figures = JsonDocument.Parse(output);
        Assert.Contains("Does not fit.", figures.RootElement.GetProperty("solvers")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.True(figures.RootElement.GetProperty("solvers")[1].GetProperty("result").GetProperty("psnr_db").GetDouble() > 50);
    }

    [Fact]
    public async Task Compare_UnknownSolver_IsRefusedBeforeAnyWork()
    {
        await using var server = await FakeFlashServer.StartAsync();
        using var folder = new TemporaryFolder();

        var (exit, _, error) = await CommandRunner.RunAsync(Arguments(server, folder, "--solvers", "latent_dps,psdl"));

        Assert.Equal(ExitCode.Usage, exit);
        Assert.Contains("no solver 'psdl' that is ready: it has latent_dps.", error, StringComparison.Ordinal);
        Assert.Null(server.Reconstruction.LastDegradation);
    }

    private static string[] Arguments(FakeFlashServer server, TemporaryFolder folder, params string[] more) =>
        ["compare", "--operator", "gaussian_blur", "--size", "32", "--output", folder.Path, "--address", server.Address, .. more];
}
