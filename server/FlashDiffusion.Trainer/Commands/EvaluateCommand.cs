using System.CommandLine;
using FlashDiffusion.Trainer.Evaluation;
using TorchSharp;

namespace FlashDiffusion.Trainer.Commands;

/// <summary><c>evaluate</c>: the figures of the model card, or those of the paper's tables.</summary>
internal static class EvaluateCommand
{
    private const string Card = "card";
    private const string Paper = "paper";

    public static Command Create()
    {
        var options = new EvaluationOptions();
        var paper = new PaperOptions();
        var protocol = new Option<string>("--protocol")
        {
            Description = "card: a fixed list of crops, several rows of a table; paper: a folder of pictures as arXiv 2309.06642 evaluates, in official mode.",
            DefaultValueFactory = _ => Card,
        };
        protocol.AcceptOnlyFromAmong(Card, Paper);
        var tuning = new Option<string>("--tuning") { Description = "Choices made by the tune command." };
        var output = new Option<string>("--output") { Description = "Folder for evaluation.json and its tables as Markdown, or for the paper protocol's pictures and figures.", Required = true };
        var cachedOnly = new Option<bool>("--cached-only") { Description = "Report the chains that are in the cache and run none." };
        var command = new Command("evaluate", "Measure a model on a fixed list of crops, or as the paper does.") { protocol, tuning, output, cachedOnly };
        options.AddTo(command);
        paper.AddTo(command);
        Option[] ofCards = [options.Weights, options.Manifest, options.Cache, tuning];
        foreach (var option in ofCards)
        {
            option.Required = false;
            option.Description += " (card protocol)";
        }

        command.Validators.Add(result =>
        {
            // Defaults are not filled in yet at this point: a protocol that was not given has no value.
            foreach (var option in ofCards.Where(option => result.GetValue(protocol) != Paper && result.GetResult(option) is null))
            {
                result.AddError($"Option '{option.Name}' is required.");
            }
        });
        command.SetAction(parsed => parsed.GetValue(protocol) == Paper ? RunPaper(parsed, options, paper, output) : RunCard(parsed, options, tuning, output, cachedOnly));
        return command;
    }

    private static int RunPaper(ParseResult parsed, EvaluationOptions options, PaperOptions paper, Option<string> output)
    {
        torch.set_num_threads(parsed.GetValue(options.Threads));
        return paper.Run(parsed, parsed.GetValue(options.Pictures)!, parsed.GetValue(output)!);
    }

    private static int RunCard(ParseResult parsed, EvaluationOptions options, Option<string> tuning, Option<string> output, Option<bool> cachedOnly)
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

        return 0;
    }
}
