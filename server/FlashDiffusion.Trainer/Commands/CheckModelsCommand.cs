using System.CommandLine;
using System.Diagnostics;
using FlashDiffusion.Models.Repository;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Commands;

/// <summary><c>check-models</c>: loads a model repository as the server would, says what became of each folder, and what that took.</summary>
internal static class CheckModelsCommand
{
    private const double Mebibyte = 1 << 20;

    public static Command Create()
    {
        var models = new Option<string>("--models") { Description = "Model repository.", DefaultValueFactory = _ => Path.Combine("server", "models") };
        var threads = new Option<int>("--threads") { Description = "Threads of libtorch.", DefaultValueFactory = _ => 2 };
        var command = new Command("check-models", "Load a model repository as the server would, and say what is in it.") { models, threads };
        command.SetAction(parsed =>
        {
            set_num_threads(parsed.GetValue(threads));
            // The libraries themselves are no part of what the models take.
            zeros(1).Dispose();
            var before = Memory(process => process.WorkingSet64);
            using var catalog = ModelRepository.Load(parsed.GetValue(models)!, CPU);
            foreach (var entry in catalog.Entries)
            {
                Console.WriteLine($"{entry.State,-6} {entry.Name} {entry.Version}: {(entry.State == ModelState.Ready ? DescriptionOf(catalog, entry) : entry.Message)}");
            }

            Console.WriteLine(FormattableString.Invariant(
                $"memory: {before / Mebibyte:F0} MiB before, {Memory(process => process.PeakWorkingSet64) / Mebibyte:F0} MiB at most while loading"));
            return catalog.Entries.All(entry => entry.State == ModelState.Ready) ? 0 : 1;
        });
        return command;
    }

    private static string DescriptionOf(ModelCatalog catalog, ModelEntry entry)
        => entry.Kind == ModelKind.LatentDiffusion ? catalog.Find(entry.Name, entry.Version)!.Model.Description : entry.Description;

    private static long Memory(Func<Process, long> figure)
    {
        using var process = Process.GetCurrentProcess();
        return figure(process);
    }
}
