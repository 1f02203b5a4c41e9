using System.CommandLine;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Trainer.Degradations;
using FlashDiffusion.Trainer.Networks;
using FlashDiffusion.Trainer.Photographs;
using FlashDiffusion.Trainer.Severity;

namespace FlashDiffusion.Trainer.Commands;

/// <summary><c>train-severity</c>: a severity encoder for one operator family.</summary>
internal static class TrainSeverityCommand
{
    private const string Starter = "starter";
    private const string Published = "published";
    private const string Official = "official";
    private static readonly double[] Scales = [1, 0.7, 0.5];

    public static Command Create()
    {
        var options = new TrainingOptions();
        var autoencoder = new Option<string>("--autoencoder") { Description = "Published weights of the autoencoder.", Required = true };
        var family = new Option<string>("--operator") { Description = "Operator family: " + string.Join(", ", DegradationCatalog.Names) + ".", Required = true };
        family.AcceptOnlyFromAmong([.. DegradationCatalog.Names]);
        var levels = new Option<int>("--levels") { Description = "Levels at which each crop of a batch is degraded, 1 or more; 1 leaves the ranking term out.", DefaultValueFactory = _ => 4 };
        levels.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--levels must be 1 or more: each crop is degraded at least once.");
            }
        });
        var ranking = new Option<double>("--ranking-weight")
        {
            Description = "Weight of the ranking term over the levels of a crop: more keeps their order, less fits the variance.",
            DefaultValueFactory = _ => new SeverityLoss().Ranking,
        };
        var loss = new Option<string>("--loss") { Description = "starter: this project's; published: the paper's; official: the research code's, its faults included.", DefaultValueFactory = _ => Starter };
        loss.AcceptOnlyFromAmong(Starter, Published, Official);
        var command = new Command("train-severity", "Train a severity encoder on a folder of pictures.") { autoencoder, family, levels, ranking, loss };
        command.SetTraining(options, (parsed, settings) =>
        {
            var side = StarterArchitecture.CropSide;
            var network = new SeverityEncoderNetwork(StarterArchitecture.FirstStage, quantized: false);
            PublishedWeights.LoadOrInitialize(network, parsed.GetValue(options.Init), settings.Seed);
            var pictures = Math.Max(1, parsed.GetValue(options.Batch) / parsed.GetValue(levels));
            return new SeverityTask(
                PublishedWeights.Frozen(new AutoencoderKl(StarterArchitecture.FirstStage), parsed.GetValue(autoencoder)!),
                network,
                DegradationCatalog.Of(parsed.GetValue(family)!),
                PhotographFolder.Load(parsed.GetValue(options.Pictures)!, Scales, side),
                ValidationCrops.Load(parsed.GetValue(options.Validation)!, parsed.GetValue(options.ValidationCrops), side),
                new SeverityTaskSettings(pictures, parsed.GetValue(levels), side, settings.Seed, !parsed.GetValue(options.Float32))
                {
                    Loss = new SeverityLoss { Ranking = parsed.GetValue(ranking) },
                    Published = parsed.GetValue(loss) switch
                    {
                        Published => new PublishedSeverityLoss(),
                        Official => new PublishedSeverityLoss { Compatibility = Compatibility.Official },
                        _ => null,
                    },
                });
        });
        return command;
    }
}
