using static FlashDiffusion.Conformance.Tests.Solvers.FaultySolvers;

namespace FlashDiffusion.Conformance.Tests.Solvers;

/// <summary>The suite passes what is right, and each of its laws can fail: for every planted fault exactly the laws that it breaks do.</summary>
public sealed class SolverConformanceTests
{
    private const string Batch = nameof(SolverConformance.Batch_OfSeveralSamples_EqualsEachAlone);
    private const string Mixed = nameof(SolverConformance.Batch_OfMixedTimesteps_EqualsEachAlone);
    private const string Operators = nameof(SolverConformance.Batch_OfMixedOperators_EqualsEachAlone);
    private const string Resume = nameof(SolverConformance.Resume_FromSavedState_EqualsUninterrupted);
    private const string Cancellation = nameof(SolverConformance.Cancellation_AtAnyStep_LeavesNeighboursAsTheyWere);
    private const string NonFinite = nameof(SolverConformance.NonFiniteRow_InABatch_FailsAlone);
    private const string Cost = nameof(SolverConformance.Cost_Declared_IsTheRealOne);
    private const string Parameters = nameof(SolverConformance.Plan_ParameterOutOfRange_IsRefused);
    private const string Operator = nameof(SolverConformance.Plan_WithoutTheOperatorThatIsNeeded_IsRefused);
    private const string Plan = nameof(SolverConformance.Plan_OfAnyStart_IsAFunctionOfTheSample);
    private const string Contract = nameof(SolverConformance.Plan_OfAnyStart_KeepsTheContract);
    private const string Shortened = nameof(SolverConformance.Plan_OfAShortenedTrajectory_CostsLess);
    private const string Arguments = nameof(SolverConformance.Step_Arguments_StayAsTheyWere);
    private const string Live = nameof(SolverConformance.LiveTensors_AfterARun_ReturnToTheirBaseline);
    private const string Descriptor = nameof(SolverConformance.Descriptor_Fields_AreFitForTheCatalog);

    private static readonly Dictionary<string, (Func<ILatentSolver> Create, string[] Broken)> Faults = new()
    {
        [nameof(NormOverTheBatch)] = (() => new NormOverTheBatch(), [Batch, Mixed, Operators, Cancellation, NonFinite]),
        [nameof(FirstRowsParameters)] = (() => new FirstRowsParameters(), [Batch, Mixed, Operators, Cancellation]),
        [nameof(FirstRowsOperator)] = (() => new FirstRowsOperator(), [Operators]),
        [nameof(FirstRowsTimestep)] = (() => new FirstRowsTimestep(), [Mixed, Operators, Cancellation]),
        [nameof(StateOfItsOwn)] = (() => new StateOfItsOwn(), [Resume]),
        [nameof(MissesTheCancelled)] = (() => new MissesTheCancelled(), [Cancellation]),
        [nameof(GuardsTheWholeBatch)] = (() => new GuardsTheWholeBatch(), [NonFinite]),
        [nameof(HidesNaN)] = (() => new HidesNaN(), [NonFinite]),
        [nameof(DeclaresLess)] = (() => new DeclaresLess(), [Cost]),
        [nameof(DecodesOnceMore)] = (() => new DecodesOnceMore(), [Cost]),
        [nameof(DecodesTheBatchForEachRow)] = (() => new DecodesTheBatchForEachRow(), [Cost]),
        [nameof(TrustsParameters)] = (() => new TrustsParameters(), [Parameters]),
        [nameof(ThrowsForParameters)] = (() => new ThrowsForParameters(), [Parameters]),
        [nameof(TrustsThatThereIsAnOperator)] = (() => new TrustsThatThereIsAnOperator(), [Operator]),
        [nameof(KeepsTensors)] = (() => new KeepsTensors(), [Live]),
        [nameof(WritesIntoMeasurements)] = (() => new WritesIntoMeasurements(), [Arguments]),
        [nameof(PlansAnew)] = (() => new PlansAnew(), [Plan]),
        [nameof(PlansNoCalls)] = (() => new PlansNoCalls(), [Contract]),
        [nameof(PlansAbsurdlyManyCalls)] = (() => new PlansAbsurdlyManyCalls(), [Contract]),
        [nameof(IgnoresTheTrajectory)] = (() => new IgnoresTheTrajectory(), [Shortened]),
        [nameof(RefusesToBeShortened)] = (() => new RefusesToBeShortened(), [Shortened]),
        [nameof(NamedBadly)] = (() => new NamedBadly(), [Descriptor]),
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Fact]
    public void Laws_SoundSolver_AllHold() => Assert.Empty(Failing(() => new SoundSolver()));

    [Theory]
    [MemberData(nameof(Names))]
    public void Laws_PlantedFault_BreaksExactlyThose(string name)
    {
        var failing = Failing(Faults[name].Create);
        Assert.True(
            failing.Keys.Order(StringComparer.Ordinal).SequenceEqual(Faults[name].Broken.Order(StringComparer.Ordinal)),
            $"{name} should break {string.Join(", ", Faults[name].Broken)}, but breaks:\n{string.Join("\n", failing.Select(pair => $"{pair.Key}: {pair.Value}"))}");
    }

    [Fact]
    public void Laws_EachOne_IsBrokenBySomeFault() => Assert.Equal(
        Laws.Of(typeof(SolverConformance)).Select(law => law.Name).Order(StringComparer.Ordinal),
        Faults.Values.SelectMany(fault => fault.Broken).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Laws_OutputThatBreaksTheContract_IsNamed()
    {
        var failing = Failing(() => new KeepsTheGraph());
        Assert.Contains("carry a gradient", failing[Batch], StringComparison.Ordinal);
    }

    private static SortedDictionary<string, string> Failing(Func<ILatentSolver> create)
    {
        using var suite = new FaultySuite(create);
        return Laws.Failing(suite);
    }
}
