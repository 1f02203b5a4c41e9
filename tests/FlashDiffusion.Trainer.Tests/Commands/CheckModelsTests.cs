using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using FlashDiffusion.Testing;
using FlashDiffusion.Testing.Checkpoints;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Trainer.Tests.Commands;

/// <summary>What loading a checkpoint takes, measured in a process that does nothing else.</summary>
public sealed partial class CheckModelsTests : IDisposable
{
    private const double Mebibyte = 1 << 20;
    private const double Share = 1.5;

    // At its size 3x3 weights are laid out at the points of Winograd's convolution by the test picture: four times their size, and more than a third of the whole.
    private const double ShareOfReal = 2;

    private const string Medium = """
        {"timesteps": 1000, "linear_start": 0.0015, "linear_end": 0.0195, "image_size": 16, "channels": 3,
         "unet_config": {"target": "ldm.modules.diffusionmodules.openaimodel.UNetModel", "params": {"image_size": 16, "in_channels": 3,
          "out_channels": 3, "model_channels": 192, "attention_resolutions": [4], "num_res_blocks": 1, "channel_mult": [1, 2, 4], "num_head_channels": 32}},
         "first_stage_config": {"target": "ldm.models.autoencoder.VQModelInterface", "params": {"embed_dim": 3, "n_embed": 64, "ddconfig":
          {"double_z": false, "z_channels": 3, "resolution": 64, "in_channels": 3, "out_ch": 3, "ch": 32, "ch_mult": [1, 1], "num_res_blocks": 1,
           "attn_resolutions": [], "dropout": 0.0}}},
         "cond_stage_config": "__is_unconditional__"}
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("check-models").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void CheckModels_PublishedCheckpoint_TakesLessThanOneAndAHalfOfIt()
    {
        using var document = JsonDocument.Parse(Medium);

        CheckMemory(document.RootElement, Share);
    }

    [Fact]
    public void CheckModels_RealSizeCheckpoint_TakesLessThanTwiceOfIt()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("LONG") == "1", "Writes and loads 1.3 GB; LONG=1 does.");
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenFolder.Own, "keys", "celeba256_models_ldm.json")));

        CheckMemory(document.RootElement.GetProperty("model_config").GetProperty("params"), ShareOfReal);
    }

    [Fact]
    public void CheckModels_BrokenFolder_SaysWhyAndFails()
    {
        Directory.CreateDirectory(Path.Combine(_root, "broken"));
        File.WriteAllText(Path.Combine(_root, "broken", "config.yaml"), "model: {}");

        var (exitCode, output) = Run();

        Assert.Equal(1, exitCode);
        Assert.Contains("Broken broken 1: config.yaml is not understood", output, StringComparison.Ordinal);
    }

    private void CheckMemory(JsonElement model, double share)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Peak memory is read from the kernel of Linux.");
        var parameters = PublishedCheckpoint.Write(Path.Combine(_root, "model"), model);

        var size = parameters * sizeof(float) / Mebibyte;
        var taken = Taken();
        if (taken >= share * size)
        {
            // Beside a dozen other test processes one run in many takes 30 MiB more than all others; what loading needs it needs each time.
            taken = Math.Min(taken, Taken());
        }

        TestContext.Current.SendDiagnosticMessage($"Loading {size:F0} MiB of weights took {taken:F0} MiB at most.");
        Assert.True(taken > 0.9 * size, $"{taken} MiB are too few for {size} MiB of weights: what was measured?");
        Assert.True(taken < share * size, $"Loading {size} MiB of weights took {taken} MiB.");
    }

    private double Taken()
    {
        var (exitCode, output) = Run();
        Assert.True(exitCode == 0, output);
        Assert.Contains("Ready  model 1: Published checkpoint", output, StringComparison.Ordinal);
        var memory = MemoryLine().Match(output);
        return double.Parse(memory.Groups["peak"].Value, CultureInfo.InvariantCulture) - double.Parse(memory.Groups["before"].Value, CultureInfo.InvariantCulture);
    }

    private (int ExitCode, string Output) Run()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name;
        var trainer = Path.Combine(Checkout.Root, "artifacts", "bin", "FlashDiffusion.Trainer", configuration, "FlashDiffusion.Trainer.dll");
        var host = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        var start = new ProcessStartInfo(File.Exists(host) ? host : "dotnet", [trainer, "check-models", "--models", _root, "--threads", "1"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    [GeneratedRegex(@"memory: (?<before>\d+) MiB before, (?<peak>\d+) MiB at most")]
    private static partial Regex MemoryLine();
}
