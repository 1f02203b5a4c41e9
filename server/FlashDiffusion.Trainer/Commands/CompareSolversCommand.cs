using System.CommandLine;
using System.Globalization;
using FlashDiffusion.Trainer.Evaluation;

namespace FlashDiffusion.Trainer.Commands;

/// <summary><c>compare-solvers</c>: every solver on the same measurements, starts and seeds, with the model's presets.</summary>
internal static class CompareSolversCommand
{
    public static Command Create()
    {
        var options = new EvaluationOptions();
        var presets = new Option<string>("--presets") { Description = "model.json whose presets the solvers run with.", Required = true };
        var solvers = new Option<string[]>("--solvers")
        {
            Description = "Solvers; all if left out. The others are compared with ddim if it is among them.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. SolverShelf.All.Select(solver => solver.Descriptor.Name)],
        };
        var set = new Option<string[]>("--set")
        {
            Description = "name=number: replaces a preset's parameter, to try settings on other pictures than the final ones.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var output = new Option<string?>("--output") { Description = "Folder for solvers.json and solvers-table.md; lines on the console alone if left out." };
        var cachedOnly = new Option<bool>("--cached-only") { Description = "Report the chains that are in the cache and run none." };
        var command = new Command("compare-solvers", "Compare solvers on a fixed list of crops.") { presets, solvers, set, output, cachedOnly };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var (model, crops, store) = options.Load(parsed);
            using (model)
            {
                var comparison = new SolverComparison(model, crops, store, solver => options.Runner(parsed, model, solver, crops), parsed.GetValue(cachedOnly));
                var tuned = SolverSetting.Presets(parsed.GetValue(presets)!);
                var overrides = parsed.GetValue(set)!.Select(item => item.Split('=', 2)).ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));
                var figures = options.Chosen(parsed).ToDictionary(evaluated => evaluated.Name, evaluated => comparison.Compare(
                    evaluated,
                    options.KeyOf(parsed, evaluated),
                    [.. parsed.GetValue(solvers)!.Select(SolverShelf.Find).Select(solver => (solver, SolverSetting.Of(tuned, solver.Descriptor.Name, evaluated.Name, Own(solver, overrides))))],
                    Console.WriteLine));
                if (parsed.GetValue(output) is { } folder)
                {
                    Directory.CreateDirectory(folder);
                    File.WriteAllText(Path.Combine(folder, "solvers.json"), SolverTables.Json(figures));
                    File.WriteAllText(Path.Combine(folder, "solvers-table.md"), SolverTables.Markdown(figures));
                }
            }
        });
        return command;
    }

    // The floor runs beside a solver under trial, without its parameters.
    private static Dictionary<string, double> Own(ILatentSolver solver, Dictionary<string, double> overrides) =>
        overrides.Where(pair => solver.Descriptor.Parameters.Any(parameter => parameter.Name == pair.Key)).ToDictionary();
}
