using FlashDiffusion.Models.Networks;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Trainer.Networks;
using FlashDiffusion.Trainer.Photographs;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Packaging;

/// <summary>Puts weights of the starter architecture into a model repository: the model, and a severity encoder a family.</summary>
internal static class StarterPackager
{
    private const int MaximumSide = 512;
    private const int PreviewCrops = 256;

    /// <param name="repository">Folder of the model repository.</param>
    /// <param name="name">Name of the model; its severity encoders are called <c>name-operator</c>.</param>
    /// <param name="version">Version folder of all of them.</param>
    /// <param name="autoencoder">Weights of the autoencoder.</param>
    /// <param name="unet">Weights of the diffusion network.</param>
    /// <param name="severity">Weights of severity encoders, by operator.</param>
    /// <param name="presets">What was tuned for the model.</param>
    /// <param name="pictures">Folder of pictures that the preview map is fitted to.</param>
    public static void Write(string repository, string name, string version, string autoencoder, string unet, IReadOnlyDictionary<string, string> severity, IReadOnlyList<PresetManifest> presets, string pictures)
    {
        using var firstStage = PublishedWeights.Frozen(new AutoencoderKl(StarterArchitecture.FirstStage), autoencoder);
        using var network = PublishedWeights.Frozen(new UNetModel(StarterArchitecture.UNet), unet);
        var schedule = StarterArchitecture.Schedule;
        ModelPackager.Write(repository, new LatentDiffusionPackage
        {
            Name = name,
            Version = version,
            Description = "Latent diffusion (f4, KL) of photographs, trained on 64x64 crops.",
            FirstStage = firstStage,
            Unet = network,
            Schedule = new ScheduleManifest { Timesteps = schedule.Timesteps, LinearStart = schedule.LinearStart, LinearEnd = schedule.LinearEnd },
            MaximumSide = MaximumSide,
            Preview = FitPreview(firstStage, pictures),
            Presets = presets,
        });
        foreach (var (operatorName, weights) in severity)
        {
            var family = TrainedFamily.Of(operatorName);
            using var encoder = PublishedWeights.Frozen(new SeverityEncoderNetwork(StarterArchitecture.FirstStage, quantized: false), weights);
            ModelPackager.Write(repository, new SeverityEncoderPackage
            {
                Name = $"{name}-{operatorName.Replace('_', '-')}",
                Version = version,
                Description = $"Severity encoder of {name} for {operatorName}.",
                Model = name,
                ModelVersion = version,
                Operator = operatorName,
                TrainedRanges = family.Ranges,
                TrainedChoices = family.Choices,
                Network = encoder,
            });
        }
    }

    private static PreviewManifest FitPreview(AutoencoderKl firstStage, string pictures)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var crops = ValidationCrops.Load(pictures, PreviewCrops, StarterArchitecture.CropSide);
        return PreviewMap.Fit(firstStage.EncodeMode(crops), crops);
    }
}
