using System.Text.Json.Nodes;
using FlashDiffusion.Trainer.Commands;

namespace FlashDiffusion.Trainer.Tests.Commands;

/// <summary>Every command once, end to end, on generated pictures: two steps each, then an evaluation of what came out.</summary>
public class TrainerCommandsTests
{
    [Fact]
    public void AllCommands_OnGeneratedPictures_TrainAndMeasureAModel()
    {
        using var folder = new TemporaryPictures(2);
        string[] common = ["--pictures", folder.Pictures, "--validation", folder.Pictures, "--steps", "2", "--batch", "4", "--threads", "1", "--validation-crops", "10"];
        Run(["train-autoencoder", "--output", folder.At("autoencoder"), .. common]);
        var weights = Directory.CreateDirectory(folder.At("weights")).FullName;
        Collect(folder.At("autoencoder/weights"), weights);
        string[] latent = [.. common, "--autoencoder", Path.Combine(weights, "autoencoder.safetensors")];
        Run(["train-diffusion", "--output", folder.At("diffusion"), .. latent]);
        Collect(folder.At("diffusion/weights"), weights);
        foreach (var family in (string[])["gaussian_blur", "inpainting", "denoising"])
        {
            Run(["train-severity", "--operator", family, "--output", folder.At(family), .. latent]);
            Collect(folder.At(family + "/weights"), weights);
        }

        Run(["train-autoencoder", "--decoder-only", "--init", Path.Combine(weights, "autoencoder.safetensors"), "--output", folder.At("decoder"), .. common]);
        Run(["manifest", "--pictures", folder.Pictures, "--per-picture", "1", "--output", folder.At("manifest.json")]);
        File.WriteAllText(folder.At("tuning.json"), """{"denoising":{"guidance":0.3,"correction":1,"fullGuidance":0.3,"trials":[]}}""");
        string[] evaluate =
        [
            "evaluate", "--weights", weights, "--pictures", folder.Pictures, "--manifest", folder.At("manifest.json"), "--cache", folder.At("cache"),
            "--operators", "denoising", "--full-crops", "0", "--fixed-crops", "0", "--threads", "1", "--tuning", folder.At("tuning.json"), "--output", folder.At("report"), "--bfloat16",
        ];
        Run(evaluate);
        var report = JsonNode.Parse(File.ReadAllText(folder.At("report/evaluation.json")))!;
        var denoising = report["operators"]![0]!;
        Assert.InRange((double)report["autoencoder_psnr_db"]!, 1, 60);
        Assert.InRange((double)denoising["flash_psnr_db"]!, 1, 60);
        Assert.Equal(2, denoising["flash_minus_degraded_db_ci95"]!.AsArray().Count);
        Assert.Null(denoising["full_psnr_db"]);

        Run(["contact-sheet", "--weights", weights, "--pictures", folder.Pictures, "--tuning", folder.At("tuning.json"), "--output", folder.At("report"), "--count", "1", "--side", "64", "--threads", "1"]);
        Assert.Equal([0xFF, 0xD8], File.ReadAllBytes(folder.At("report/contact-sheet-denoising.jpg"))[..2]);

        // A second run finds every chain in the cache and says the same.
        var first = File.ReadAllText(folder.At("report/evaluation.json"));
        Run(evaluate);
        Assert.Equal(first, File.ReadAllText(folder.At("report/evaluation.json")));
    }

    private static void Run(string[] arguments) => Assert.Equal(0, TrainerCommands.Root().Parse(arguments).Invoke());

    private static void Collect(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
    }
}
