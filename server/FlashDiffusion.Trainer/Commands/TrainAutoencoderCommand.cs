using System.CommandLine;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Trainer.Autoencoder;
using FlashDiffusion.Trainer.Networks;
using FlashDiffusion.Trainer.Photographs;

namespace FlashDiffusion.Trainer.Commands;

/// <summary><c>train-autoencoder</c>: the KL autoencoder, whole or only its decoder.</summary>
internal static class TrainAutoencoderCommand
{
    private static readonly double[] Scales = [1, 0.7, 0.5];

    public static Command Create()
    {
        var options = new TrainingOptions();
        var decoderOnly = new Option<bool>("--decoder-only") { Description = "Keep the encoder, so that the latent space and all networks on it stay valid." };
        var squared = new Option<double>("--squared-weight") { Description = "Weight of the squared error: more raises PSNR.", DefaultValueFactory = _ => 2 };
        var command = new Command("train-autoencoder", "Train the autoencoder on a folder of pictures.") { decoderOnly, squared };
        command.SetTraining(options, (parsed, settings) =>
        {
            var side = StarterArchitecture.CropSide;
            var network = new AutoencoderKl(StarterArchitecture.FirstStage);
            PublishedWeights.LoadOrInitialize(network, parsed.GetValue(options.Init), settings.Seed);
            return new AutoencoderTask(
                network,
                PhotographFolder.Load(parsed.GetValue(options.Pictures)!, Scales, 2 * side),
                ValidationCrops.Load(parsed.GetValue(options.Validation)!, parsed.GetValue(options.ValidationCrops), side),
                new AutoencoderTaskSettings(
                    parsed.GetValue(options.Batch), side, settings.Seed, !parsed.GetValue(options.Float32),
                    parsed.GetValue(decoderOnly), new AutoencoderLoss(Squared: parsed.GetValue(squared))));
        });
        return command;
    }
}
