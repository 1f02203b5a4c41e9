using System.CommandLine;
using FlashDiffusion.Trainer.Commands;
using FlashDiffusion.Trainer.Native;

NativeRuntime.Prepare();
var root = new RootCommand("Trains and evaluates the models that FlashDiffusion serves.")
{
    TrainAutoencoderCommand.Create(),
    TrainDiffusionCommand.Create(),
    TrainSeverityCommand.Create(),
    PackageCommand.Create(),
    ManifestCommand.Create(),
    TuneCommand.Create(),
    EvaluateCommand.Create(),
};
return root.Parse(args).Invoke();
