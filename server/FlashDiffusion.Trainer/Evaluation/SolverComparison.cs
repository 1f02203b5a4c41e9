using System.Diagnostics;
using System.Globalization;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>Runs solvers on the same measurements, starts and seeds; every finished crop goes to the store at once.</summary>
/// <param name="model">What is evaluated.</param>
/// <param name="crops">The fixed list.</param>
/// <param name="store">Finished chains.</param>
/// <param name="runnerOf">Runs a solver.</param>
/// <param name="cachedOnly">Report what is stored and run nothing.</param>
internal sealed class SolverComparison(EvaluatedModel model, CropSet crops, ResultStore store, Func<ILatentSolver, ReconstructionRunner> runnerOf, bool cachedOnly)
{
    /// <summary>All figures of one operator family; a solver without finished crops is left out.</summary>
    /// <param name="evaluated">The family.</param>
    /// <param name="key">What the stored chains must have been computed with.</param>
    /// <param name="solvers">The solvers with their settings; the floor should be the first.</param>
    /// <param name="say">Receives a line after each solver.</param>
    public IReadOnlyList<ComparedSolver> Compare(EvaluatedOperator evaluated, string key, IReadOnlyList<(ILatentSolver Solver, SolverSetting Setting)> solvers, Action<string> say)
    {
        var measured = MeasuredCrops.Of(model, evaluated, crops);
        var rows = new Dictionary<string, IReadOnlyDictionary<int, CropQuality>>();
        var compared = new List<ComparedSolver>();
        foreach (var (solver, setting) in solvers)
        {
            var name = solver.Descriptor.Name;
            var clock = Stopwatch.StartNew();
            var row = rows[name] = Chains(evaluated, key, solver, setting, measured);
            if (row.Count == 0)
            {
                continue;
            }

            var above = name != SolverShelf.Floor && rows.TryGetValue(SolverShelf.Floor, out var floor) ? PairedDifference.Of(row, floor, crops.Clusters) : null;
            compared.Add(new ComparedSolver(name, setting, RowSummary.Of([.. row.Values]), ComparedSolver.MeanCost([.. row.Values]), MayStop(evaluated, solver, setting), above));
            say(string.Create(CultureInfo.InvariantCulture, $"{setting.Tag(name, "", evaluated.Name)}: {compared[^1].Row} {above} {clock.Elapsed.TotalSeconds:F0} s"));
        }

        return compared;
    }

    private Dictionary<int, CropQuality> Chains(EvaluatedOperator evaluated, string key, ILatentSolver solver, SolverSetting setting, MeasuredCrops measured)
    {
        var tag = setting.Tag(solver.Descriptor.Name, solver.Descriptor.Version, evaluated.Name);
        var done = store.Read(tag, key);
        var jobs = Enumerable.Range(0, cachedOnly ? 0 : crops.Count)
            .Where(crop => !done.ContainsKey(crop))
            .Select(crop => StartJobs.For(solver, model, crops, measured, crop, setting, tag));
        runnerOf(solver).Run(
            evaluated,
            jobs,
            (job, picture, cost) => store.Append(tag, key, CropQuality.Of(job.Crop, crops.Pictures[job.Crop], picture, cost)));
        return store.Read(tag, key).Where(pair => pair.Key < crops.Count).ToDictionary();
    }

    private bool MayStop(EvaluatedOperator evaluated, ILatentSolver solver, SolverSetting setting) =>
        solver.Plan(ReconstructionRunner.SampleOf(model, evaluated, solver, crops.Crops[0], crops.Side, 0, setting.Parameters)).Steps.Any(step => step.CostIsBound);
}
