using System.CommandLine;
using System.Text.Json;
using FlashDiffusion.Trainer.Evaluation;

namespace FlashDiffusion.Trainer.Commands;

/// <summary><c>tune</c>: chooses guidance and c on held-out pictures and writes them for <c>evaluate</c>.</summary>
internal static class TuneCommand
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var options = new EvaluationOptions();
        var output = new Option<string>("--output") { Description = "JSON file of the choices; choices for other operators in it are kept.", Required = true };
        var command = new Command("tune", "Choose guidance and noise correction on held-out pictures.") { output };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var (model, runner, crops, store) = options.Open(parsed);
            using (model)
            {
                foreach (var evaluated in options.Chosen(parsed))
                {
                    var tuning = new Tuner(model, runner, crops, store, options.KeyOf(parsed, evaluated)).Tune(evaluated, parsed.GetValue(options.FullCrops));
                    foreach (var trial in tuning.Trials)
                    {
                        Console.WriteLine($"{evaluated.Name}: {trial}");
                    }

                    var path = parsed.GetValue(output)!;
                    var all = File.Exists(path) ? Read(path) : [];
                    all[evaluated.Name] = tuning;
                    File.WriteAllText(path, JsonSerializer.Serialize(all, Format) + "\n");
                }
            }
        });
        return command;
    }

    public static Dictionary<string, OperatorTuning> Read(string path) =>
        JsonSerializer.Deserialize<Dictionary<string, OperatorTuning>>(File.ReadAllText(path), Format) ?? [];
}
