using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>
/// What the engine relies on in every solver. Derive a public class in a test project, say how the solver is made, and run the tests:
/// <code>
/// public sealed class MySolverConformance : SolverConformance
/// {
///     protected override ILatentSolver CreateSolver() => new MySolver();
/// }
/// </code>
/// The solver runs on a tiny model with formula weights, on samples that differ in seed, parameters, sampler, operator and noise. The
/// other members say what to try; each has a default that suits most solvers.
/// </summary>
public abstract class SolverConformance : IDisposable
{
    private readonly ConformanceModel _model = new();

    /// <summary>Sets torch to one thread: laws about bits need it, and the model is too small for more.</summary>
    protected SolverConformance() => set_num_threads(1);

    /// <summary>
    /// Parameter sets to try, as a request gives them; missing values take their defaults. By default: nothing given, every number half
    /// way to its smallest value, every number a little larger, and every word of every choice. Sets that the solver's plan refuses are
    /// left out, but never the first. Override it where iterations make the default slow, or where interesting sets are others.
    /// </summary>
    protected virtual IReadOnlyList<IReadOnlyDictionary<string, ParameterValue>> ParameterSets
    {
        get
        {
            var descriptors = CreateSolver().Descriptor.Parameters;
            return [new Dictionary<string, ParameterValue>(), ParameterVariations.Gentler(descriptors), ParameterVariations.Stronger(descriptors), .. ParameterVariations.Words(descriptors)];
        }
    }

    /// <summary>
    /// Samplers to try, each with the index that samples start at (for DDPM a training timestep, for DDIM a point of the grid): by
    /// default DDPM from timestep 5, and DDIM over 8 points with some noise from point 6, which crosses most of the schedule.
    /// </summary>
    protected virtual IReadOnlyList<(SamplingSpec Sampling, int StartIndex)> Samplings =>
        [(SamplingSpec.Ddpm, 5), (new SamplingSpec(SamplerKind.Ddim, DdimSteps: 8, DdimEta: 0.5), 6)];

    /// <summary>The operator to try, by default a small linear one with an exact adjoint; null for none.</summary>
    protected virtual IForwardOperatorFamily? OperatorFamily => new NeighbourBlurFamily();

    /// <summary>Parameters of the operator; missing numbers vary a little from row to row.</summary>
    protected virtual IReadOnlyDictionary<string, ParameterValue> OperatorParameters => new Dictionary<string, ParameterValue>();

    /// <summary>Shape of the pictures: sides that are multiples of 4, 16x16 by default.</summary>
    protected virtual PictureShape Picture => new(16, 16);

    /// <summary>Standard deviation of the measurement noise on [-1, 1]; rows have up to half more. 0.1 by default.</summary>
    protected virtual double NoiseStd => 0.1;

    /// <summary>
    /// How much a sample may differ in another batch, as a share of its largest latent value (at least 1). 1e-4 by default: float32
    /// rounding over a short chain. Rounding is all it is for; a solver that needs more couples its rows.
    /// </summary>
    protected virtual double Tolerance => 1e-4;

    /// <summary>Most places at which resuming and cancelling are tried; more calls of the solver than that are sampled evenly. 12 by default.</summary>
    protected virtual int Places => 12;

    private IReadOnlyList<SampleRecipe> Recipes => [.. Accepted().SelectMany(_ => Samplings, (set, sampling) => (set, sampling)).Select((pair, i) => new SampleRecipe((ulong)i + 1, pair.set, pair.sampling.Sampling, pair.sampling.StartIndex))];

    private IEnumerable<SampleRecipe> Starts => Recipes.SelectMany(recipe => new[] { recipe, recipe with { StartIndex = 0 }, recipe with { StartIndex = LastStart(recipe) } });
    private TrialBench Bench => BenchOf(OperatorFamily);

    /// <summary>Law: a sample is the same alone and among others that stand at the same step.</summary>
    [Fact]
    public void Batch_OfSeveralSamples_EqualsEachAlone()
    {
        foreach (var group in Recipes.GroupBy(recipe => recipe.Sampling))
        {
            using var together = Run([.. group]).ToEnd();
            CompareWithSingles(together);
        }
    }

    /// <summary>Law: a sample is the same alone and among others that stand at other timesteps and follow other samplers.</summary>
    [Fact]
    public void Batch_OfMixedTimesteps_EqualsEachAlone()
    {
        using var together = Run(Staggered(Recipes)).ToEnd();
        var kinds = together.Samples.SelectMany(sample => sample.Steps).GroupBy(step => step.Kind);
        Assert.True(
            together.Mixed || kinds.All(kind => kind.Select(step => step.Timestep).Distinct().Count() == 1),
            "No batch ever held rows at different timesteps, though steps of one kind have them.");
        CompareWithSingles(together);
    }

    /// <summary>
    /// Law: a sample is the same alone and among others that were measured by other linear operators, if their measurements have its shape.
    /// </summary>
    [Fact]
    public void Batch_OfMixedOperators_EqualsEachAlone()
    {
        if (OperatorFamily is { Descriptor.IsLinear: true } family)
        {
            var (bench, mixed) = (BenchOf(new TwinFamily(family)), false);
            using var together = Run([.. Staggered(Recipes).SelectMany(recipe => new[] { recipe, recipe with { Seed = recipe.Seed + 100, IsTwin = true } })], bench: bench);
            together.OnBatch = batch => mixed |= batch.Rows.Select(row => row.Spec.Operator!.Name).Distinct().Count() > 1;
            together.ToEnd();
            Assert.True(mixed || together.Samples.All(sample => sample.Steps.IsEmpty), "No batch ever held rows of two operators.");
            CompareWithSingles(together, bench);
        }
    }

    /// <summary>Law: a sample that is saved, dropped and loaded between any two calls of the solver, by a new solver, ends in the same bits.</summary>
    [Fact]
    public void Resume_FromSavedState_EqualsUninterrupted()
    {
        foreach (var recipe in OfficialToo(Distinct(Recipes)))
        {
            var saved = new List<byte[]>();
            using var whole = Run([recipe]);
            whole.BeforeCall = _ => saved.Add(whole.Samples[0].Save());
            whole.ToEnd();
            var expected = Figures.Of(whole.Samples[0].Latent);
            foreach (var place in Evenly(saved.Count))
            {
                using var rest = Run([recipe]);
                rest.Samples[0].Load(saved[place]);
                rest.ToEnd();
                Figures.AssertSame(expected, Figures.Of(rest.Samples[0].Latent), $"{recipe} resumed before call {place + 1} of {saved.Count}");
            }
        }
    }

    /// <summary>
    /// Law: a neighbour that is cancelled at any step leaves a sample as it was: to the last bit in batches of one compute shape, within
    /// the tolerance in batches that shrink.
    /// </summary>
    [Fact]
    public void Cancellation_AtAnyStep_LeavesNeighboursAsTheyWere()
    {
        foreach (var trio in Trios())
        {
            using var whole = Run(trio, trio.Count).ToEnd();
            foreach (var place in Evenly(whole.Calls))
            {
                // Each of them in turn: those behind a row that leaves move up.
                var victim = place % trio.Count;
                using var exact = Run(trio, trio.Count);
                CancelAt(exact, victim, place);
                CompareNeighbours(whole, exact.ToEnd(), victim, exactly: true, $"cancelled before call {place + 1} of {whole.Calls}");
                using var shrinking = Run(trio);
                CancelAt(shrinking, victim, place);
                CompareNeighbours(whole, shrinking.ToEnd(), victim, exactly: false, $"cancelled before call {place + 1} of {whole.Calls}, batch shrinks");
            }
        }
    }

    /// <summary>Law: a row that is no longer finite fails, and its neighbours keep every bit.</summary>
    [Fact]
    public void NonFiniteRow_InABatch_FailsAlone()
    {
        foreach (var trio in Trios())
        {
            using var healthy = Run(trio, trio.Count).ToEnd();
            foreach (var place in new[] { 0, healthy.Calls / 2 }.Distinct().Where(place => place < healthy.Calls))
            {
                using var poisoned = Run(trio, trio.Count, forgives: true);
                poisoned.BeforeCall = call => Poison(poisoned.Samples[1], call == place);
                poisoned.ToEnd();
                CompareNeighbours(healthy, poisoned, 1, exactly: true, $"not finite before call {place + 1} of {healthy.Calls}");
                var sick = poisoned.Samples[1];
                Assert.True(
                    sick.Failure is not null || !Figures.AreFinite(Figures.Of(sick.Latent)),
                    $"The latent of {sick.Recipe} was NaN before call {place + 1}, yet it ended with finite values: the failure is hidden.");
            }
        }
    }

    /// <summary>Law: the plan's cost is the number of network calls that are made, step by step, or a bound of it where the plan says so.</summary>
    [Fact]
    public void Cost_Declared_IsTheRealOne()
    {
        foreach (var recipe in OfficialToo(Recipes))
        {
            using var run = Run([recipe]).ToEnd();
            foreach (var (step, calls) in run.Samples[0].Spent)
            {
                var fits = step.CostIsBound ? Costs.Within(calls, step.Cost) : calls == step.Cost;
                Assert.True(fits, $"{recipe} at timestep {step.Timestep} ({step.Kind}): declared {(step.CostIsBound ? "at most " : "")}{step.Cost}, counted {calls}.");
            }
        }

        using var batch = Run(Recipes).ToEnd();
        var declared = batch.Samples.SelectMany(sample => sample.Steps).Aggregate(default(StepCost), (sum, step) => sum + step.Cost);
        var counted = batch.Counted.Total;
        var exact = batch.Samples.All(sample => sample.Steps.All(step => !step.CostIsBound));
        Assert.True(exact ? counted == declared : Costs.Within(counted, declared), $"{batch.Samples.Count} samples in batches: declared {declared}, counted {counted}.");
    }

    /// <summary>Law: <see cref="ILatentSolver.Plan"/> refuses every parameter outside its declared range, and says which.</summary>
    [Fact]
    public void Plan_ParameterOutOfRange_IsRefused()
    {
        var solver = CreateSolver();
        var (sampling, start) = Samplings[0];
        foreach (var descriptor in solver.Descriptor.Parameters)
        {
            foreach (var value in ParameterVariations.Outside(descriptor))
            {
                var set = ParameterVariations.With(solver.Descriptor.Parameters, new Dictionary<string, ParameterValue> { [descriptor.Name] = value });
                Refusals.AssertRefused(solver.Plan(Bench.Spec(new SampleRecipe(1, set, sampling, start))), $"parameters.{descriptor.Name}", $"{descriptor.Name} = {value}");
            }
        }
    }

    /// <summary>Law: <see cref="ILatentSolver.Plan"/> refuses a sample without the operator that the solver says it needs.</summary>
    [Fact]
    public void Plan_WithoutTheOperatorThatIsNeeded_IsRefused()
    {
        var solver = CreateSolver();
        if ((solver.Descriptor.Needs & (SolverNeeds.Operator | SolverNeeds.Adjoint)) != 0)
        {
            var spec = Bench.Spec(Recipes[0]) with { Operator = null, OperatorPlan = null };
            Refusals.AssertRefused(solver.Plan(spec), "operator", "no operator");
        }
    }

    /// <summary>Law: plans depend on nothing but the sample, and exist for the first and the last start.</summary>
    [Fact]
    public void Plan_OfAnyStart_IsAFunctionOfTheSample()
    {
        foreach (var recipe in Starts)
        {
            var spec = Bench.Spec(recipe);
            var plan = CreateSolver().Plan(spec);
            Assert.True(plan.Violations.IsEmpty, $"Plan refuses {recipe}: {string.Join(" ", plan.Violations.Select(violation => violation.Description))}");
            Assert.True(plan.Steps.SequenceEqual(CreateSolver().Plan(spec).Steps), $"Two plans of {recipe} differ.");
        }
    }

    /// <summary>Law: the plan of any start keeps the contract that the engine checks before it believes a plan (<see cref="SolverPlan.Fault"/>).</summary>
    [Fact]
    public void Plan_OfAnyStart_KeepsTheContract() =>
        Assert.All(Starts, recipe => PlanContract.Check(CreateSolver().Plan(Bench.Spec(recipe)), _model.Schedule.Timesteps, $"{recipe}"));

    /// <summary>Law: a trajectory that a budget shortened costs less, and no more with each point less.</summary>
    [Fact]
    public void Plan_OfAShortenedTrajectory_CostsLess()
    {
        foreach (var recipe in Recipes)
        {
            Shortening.Check(CreateSolver(), Bench.Spec(recipe), $"{recipe}");
        }
    }

    /// <summary>Law: a step leaves its arguments as they were; the engine keeps them.</summary>
    [Fact]
    public void Step_Arguments_StayAsTheyWere()
    {
        using var run = Run(Staggered(Recipes));
        Dictionary<string, float[]> before = [];
        run.OnBatch = batch => before = Figures.OfArguments(batch);
        run.AfterCall = (batch, _) =>
        {
            foreach (var (name, values) in Figures.OfArguments(batch))
            {
                Figures.AssertSame(before[name], values, $"{name} after call {run.Calls} of Step");
            }
        };
        run.ToEnd();
    }

    /// <summary>Law: when samples have ended, been cancelled or been dropped, as many tensors live as before.</summary>
    [Fact]
    public void LiveTensors_AfterARun_ReturnToTheirBaseline()
    {
        var recipes = Staggered(Recipes);

        // Once before counting, so that what the runtime itself keeps is there already.
        RunAndDrop(recipes, cancel: false);
        foreach (var cancel in new[] { false, true })
        {
            var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            RunAndDrop(recipes, cancel);
            var after = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            Assert.True(after == before, $"{after - before} tensors outlive a run{(cancel ? " with a cancelled sample" : "")}: dispose them, or leave them to the step's dispose scope.");
        }
    }

    /// <summary>Law: names are lower_snake_case and unique, the version is semantic, defaults lie in their ranges.</summary>
    [Fact]
    public void Descriptor_Fields_AreFitForTheCatalog()
    {
        var descriptor = CreateSolver().Descriptor;
        DescriptorRules.Check(descriptor.Name, descriptor.Description, descriptor.Parameters);
        DescriptorRules.CheckVersion(descriptor.Version);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _model.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes a new solver, as loading the plugin would. Instances must not share state.</summary>
    /// <returns>The solver.</returns>
    protected abstract ILatentSolver CreateSolver();

    private static void Poison(TrialSample sample, bool now)
    {
        if (now)
        {
            sample.Poison();
        }
    }

    private static void CancelAt(TrialRun run, int victim, int place) => run.BeforeCall = call => run.Samples[victim].IsCancelled |= call == place;

    private static List<SampleRecipe> Staggered(IEnumerable<SampleRecipe> recipes) =>
        [.. recipes.Select((recipe, i) => recipe with { StartIndex = Math.Max(0, recipe.StartIndex - (i % 3)) })];

    private static IEnumerable<SampleRecipe> Distinct(IEnumerable<SampleRecipe> recipes) => recipes.DistinctBy(recipe => (recipe.Sampling, string.Join(",", recipe.Parameters.Values.Where(pair => pair.Value.Text is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal))));

    private static int LastStart(SampleRecipe recipe) => recipe.Sampling.Kind == SamplerKind.Ddpm ? 999 : recipe.Sampling.DdimSteps - 1;

    private void CompareNeighbours(TrialRun whole, TrialRun changed, int victim, bool exactly, string what)
    {
        foreach (var (expected, actual) in whole.Samples.Zip(changed.Samples).Where((_, i) => i != victim))
        {
            var message = $"{expected.Recipe} beside a neighbour {what}";
            Assert.True(actual.Failure is null, $"{message}: failed, {actual.Failure}.");
            if (exactly)
            {
                Figures.AssertSame(Figures.Of(expected.Latent), Figures.Of(actual.Latent), message);
            }
            else
            {
                Figures.AssertClose(Figures.Of(expected.Latent), Figures.Of(actual.Latent), Tolerance, message);
            }
        }
    }

    private TrialBench BenchOf(IForwardOperatorFamily? family) => new(_model, family, OperatorParameters, Picture, NoiseStd);

    private void CompareWithSingles(TrialRun together, TrialBench? bench = null)
    {
        foreach (var sample in together.Samples)
        {
            using var alone = Run([sample.Recipe], bench: bench).ToEnd();
            Figures.AssertClose(Figures.Of(alone.Samples[0].Latent), Figures.Of(sample.Latent), Tolerance, $"{sample.Recipe} among {together.Samples.Count - 1} others, against alone");
        }
    }

    private void RunAndDrop(IReadOnlyList<SampleRecipe> recipes, bool cancel)
    {
        using var run = Run(recipes);
        run.BeforeCall = call => run.Samples[^1].IsCancelled |= cancel && call == 1;
        run.ToEnd();
    }

    // Three samples at three timesteps.
    private IEnumerable<IReadOnlyList<SampleRecipe>> Trios() => Samplings.Select(sampling =>
    {
        var recipes = Recipes.Where(recipe => recipe.Sampling == sampling.Sampling).ToList();
        return (IReadOnlyList<SampleRecipe>)Staggered([.. Enumerable.Range(0, 3).Select(i => recipes[i % recipes.Count] with { Seed = (ulong)i + 50 })]);
    });

    private IEnumerable<int> Evenly(int count) => count <= Places
        ? Enumerable.Range(0, count)
        : Enumerable.Range(0, Places).Select(i => i * (count - 1) / (Places - 1)).Distinct();

    // The research code's behaviour counts where the solver has one.
    private IEnumerable<SampleRecipe> OfficialToo(IEnumerable<SampleRecipe> recipes)
    {
        var solver = CreateSolver();
        return recipes.SelectMany(recipe => new[] { recipe, recipe with { Compatibility = Compatibility.Official } })
            .Where(recipe => recipe.Compatibility == Compatibility.Standard || solver.Plan(Bench.Spec(recipe)).Violations.IsEmpty);
    }

    private IEnumerable<ParameterSet> Accepted()
    {
        var solver = CreateSolver();
        var descriptors = solver.Descriptor.Parameters;
        var (sampling, start) = Samplings[0];
        Assert.All(ParameterSets.SelectMany(set => set.Keys), name => Assert.Contains(name, descriptors.Select(descriptor => descriptor.Name)));
        return ParameterSets
            .Select((given, i) => (Set: ParameterVariations.With(descriptors, given), First: i == 0))
            .Where(pair => pair.First || solver.Plan(Bench.Spec(new SampleRecipe(1, pair.Set, sampling, start))).Violations.IsEmpty)
            .Select(pair => pair.Set);
    }

    private TrialRun Run(IReadOnlyList<SampleRecipe> recipes, int? width = null, bool forgives = false, TrialBench? bench = null)
    {
        var solver = CreateSolver();
        bench ??= Bench;
        return new TrialRun(bench, solver, [.. recipes.Select(recipe => bench.Make(solver, recipe))], width) { Forgives = forgives };
    }
}
