using System.CommandLine;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Trainer.Diffusion;
using FlashDiffusion.Trainer.Networks;
using FlashDiffusion.Trainer.Photographs;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Commands;

/// <summary><c>train-diffusion</c>: the UNet, on cached latents of a finished autoencoder.</summary>
internal static class TrainDiffusionCommand
{
    private static readonly double[] Scales = [1, 0.7, 0.5];

    public static Command Create()
    {
        var options = new TrainingOptions();
        var autoencoder = new Option<string>("--autoencoder") { Description = "Published weights of the autoencoder.", Required = true };
        var distance = new Option<NoiseDistance>("--distance") { Description = "Error of the predicted noise: squared, or absolute." };
        var bound = new Option<double>("--bound-weight") { Description = "Weight of the variational bound beside the simple loss (original_elbo_weight of published configurations)." };
        var command = new Command("train-diffusion", "Train the UNet on latents of a folder of pictures.") { autoencoder, distance, bound };
        command.SetTraining(options, (parsed, settings) =>
        {
            var side = StarterArchitecture.CropSide;
            var weights = parsed.GetValue(autoencoder)!;
            using var firstStage = PublishedWeights.Frozen(new AutoencoderKl(StarterArchitecture.FirstStage), weights);
            Directory.CreateDirectory(settings.Output);
            var photographs = PhotographFolder.Load(parsed.GetValue(options.Pictures)!, Scales, 2 * side);
            var latents = LatentCache.Open(
                Path.Combine(settings.Output, "latents.bin"), weights, firstStage, photographs,
                !parsed.GetValue(options.Float32), done => Report(done, photographs.Count));
            var network = new UNetModel(StarterArchitecture.UNet);
            PublishedWeights.LoadOrInitialize(network, parsed.GetValue(options.Init), settings.Seed);
            return new DiffusionTask(
                network,
                latents,
                Held(firstStage, ValidationCrops.Load(parsed.GetValue(options.Validation)!, parsed.GetValue(options.ValidationCrops), side)),
                StarterArchitecture.Schedule,
                new DiffusionTaskSettings(parsed.GetValue(options.Batch), side / firstStage.Downsampling, settings.Seed, !parsed.GetValue(options.Float32))
                {
                    Loss = new PublishedNoiseLoss { Distance = parsed.GetValue(distance), BoundWeight = parsed.GetValue(bound) },
                });
        });
        return command;
    }

    private static Tensor Held(AutoencoderKl autoencoder, Tensor crops)
    {
        using (crops)
        using (no_grad())
        using (var latents = autoencoder.EncodeMode(crops))
        {
            return latents.contiguous().clone();
        }
    }

    private static void Report(int done, int all)
    {
        if (done % 250 == 0 || done == all)
        {
            Console.WriteLine($"encoded {done} of {all} pictures");
        }
    }
}
