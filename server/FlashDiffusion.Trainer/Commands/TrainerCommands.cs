using System.CommandLine;

namespace FlashDiffusion.Trainer.Commands;

/// <summary>The command line of the trainer.</summary>
internal static class TrainerCommands
{
    public static RootCommand Root() => new("Trains and evaluates the models that FlashDiffusion serves.")
    {
        TrainAutoencoderCommand.Create(),
        TrainDiffusionCommand.Create(),
        TrainSeverityCommand.Create(),
        PackageCommand.Create(),
        ManifestCommand.Create(),
        TuneCommand.Create(),
        EvaluateCommand.Create(),
        CompareSolversCommand.Create(),
        ContactSheetCommand.Create(),
        CheckModelsCommand.Create(),
    };
}
