using System.CommandLine;
using FlashDiffusion.Models.Repository;

namespace FlashDiffusion.Trainer.Commands;

/// <summary>The command line of the trainer.</summary>
internal static class TrainerCommands
{
    /// <summary>Runs a command. A folder or a file that can't be used is one line on the standard error; only faults of the program have a stack.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments)
    {
        try
        {
            return Root().Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException or ModelRepositoryException)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }

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
