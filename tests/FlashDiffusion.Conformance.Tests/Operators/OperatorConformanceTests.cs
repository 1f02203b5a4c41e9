using static FlashDiffusion.Conformance.Tests.Operators.FaultyFamilies;

namespace FlashDiffusion.Conformance.Tests.Operators;

/// <summary>The suite passes what is right, and each of its laws can fail: for every planted fault exactly the laws that it breaks do.</summary>
public sealed class OperatorConformanceTests
{
    private const string Adjoint = nameof(OperatorConformance.Adjoint_RandomVectors_PassesTheDotProductTest);
    private const string Linear = nameof(OperatorConformance.Forward_DeclaredLinear_IsLinear);
    private const string Gradient = nameof(OperatorConformance.Forward_Differentiated_AgreesWithFiniteDifferences);
    private const string Rows = nameof(OperatorConformance.Forward_RowAmongOthers_EqualsTheRowAlone);
    private const string NonFinite = nameof(OperatorConformance.Forward_NonFiniteRow_StaysInItsRow);
    private const string Results = nameof(OperatorConformance.Results_ChangedInPlace_ChangeNothingElse);
    private const string Measurements = nameof(OperatorConformance.Measurements_ShapesAndCounts_AreThoseOfThePlan);
    private const string Parameters = nameof(OperatorConformance.Plan_ParameterOutOfRange_IsRefused);
    private const string Bits = nameof(OperatorConformance.Bind_SameSpecification_MakesTheSameBits);
    private const string Live = nameof(OperatorConformance.LiveTensors_AfterDisposal_ReturnToTheirBaseline);
    private const string Descriptor = nameof(OperatorConformance.Descriptor_Fields_AreFitForTheCatalog);

    private static readonly Dictionary<string, (Func<IForwardOperatorFamily> Create, string[] Broken)> Faults = new()
    {
        [nameof(InexactAdjoint)] = (() => new InexactAdjoint(), [Adjoint]),
        [nameof(Affine)] = (() => new Affine(), [Adjoint, Linear]),
        [nameof(Nonlinear)] = (() => new Nonlinear(), [Adjoint, Linear]),
        [nameof(HidesAGradient)] = (() => new HidesAGradient(), [Gradient]),
        [nameof(FaultyFamilies.FirstRowsParameters)] = (() => new FirstRowsParameters(), [Rows]),
        [nameof(SpreadsNaN)] = (() => new SpreadsNaN(), [NonFinite]),
        [nameof(ReturnsItsArgument)] = (() => new ReturnsItsArgument(), [Results]),
        [nameof(CountsRemoved)] = (() => new CountsRemoved(), [Measurements]),
        [nameof(LooksAtRemoved)] = (() => new LooksAtRemoved(), [Measurements]),
        [nameof(TrustsParameters)] = (() => new TrustsParameters(), [Parameters]),
        [nameof(DrawsAnew)] = (() => new DrawsAnew(), [Bits]),
        [nameof(KeepsTensors)] = (() => new KeepsTensors(), [Live]),
        [nameof(NamedBadly)] = (() => new NamedBadly(), [Descriptor]),
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Fact]
    public void Laws_SoundFamily_AllHold() => Assert.Empty(Laws.Failing(new FaultySuite(() => new SoundFamily())));

    [Theory]
    [MemberData(nameof(Names))]
    public void Laws_PlantedFault_BreaksExactlyThose(string name)
    {
        var failing = Laws.Failing(new FaultySuite(Faults[name].Create));
        Assert.True(
            failing.Keys.Order(StringComparer.Ordinal).SequenceEqual(Faults[name].Broken.Order(StringComparer.Ordinal)),
            $"{name} should break {string.Join(", ", Faults[name].Broken)}, but breaks:\n{string.Join("\n", failing.Select(pair => $"{pair.Key}: {pair.Value}"))}");
    }

    [Fact]
    public void Laws_EachOne_IsBrokenBySomeFault() => Assert.Equal(
        Laws.Of(typeof(OperatorConformance)).Select(law => law.Name).Order(StringComparer.Ordinal),
        Faults.Values.SelectMany(fault => fault.Broken).Distinct().Order(StringComparer.Ordinal));
}
