using System.CommandLine;
using FlashDiffusion.Trainer.Evaluation;

namespace FlashDiffusion.Trainer.Commands;

/// <summary><c>evaluate</c>: the figures of the model card.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var options = new EvaluationOptions();
        var tuning = new Option<string>("--tuning") { Description = "Choices made by the tune command.", Required = true };
        var output = new Option<string>("--output") { Description = "Folder for evaluation.json and its tables as Markdown.", Required = true };
        var cachedOnly = new Option<bool>("--cached-only") { Description = "Report the chains that are in the cache and run none." };
        var command = new Command("evaluate", "Measure a model on a fixed list of crops.") { tuning, output, cachedOnly };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var (model, runner, crops, store) = options.Open(parsed);
            using (model)
            {
                var choices = TuneCommand.Read(parsed.GetValue(tuning)!);
                var ceiling = Evaluator.Ceiling(model, crops);
                Console.WriteLine($"autoencoder: {ceiling}");
                var operators = options.Chosen(parsed)
                    .Select(evaluated => new Evaluator(model, runner, crops, store, options.KeyOf(parsed, evaluated), parsed.GetValue(cachedOnly)).Evaluate(
                        evaluated, choices[evaluated.Name], options.Counts(parsed), Console.WriteLine))
                    .ToList();
                var report = EvaluationReport.Build(ceiling, operators, parsed.GetValue(options.Reduced));
                var folder = parsed.GetValue(output)!;
                Directory.CreateDirectory(folder);
                EvaluationReport.Write(Path.Combine(folder, "evaluation.json"), report);
                File.WriteAllText(Path.Combine(folder, "evaluation.md"), EvaluationTables.Markdown(report));
            }
        });
        return command;
    }
}
