using FlashDiffusion.Correction;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Plugins.LatentRecon;
using FlashDiffusion.Plugins.Tests.Analytic;

namespace FlashDiffusion.Plugins.Tests.LatentRecon;

public sealed class LatentReconPlanTests
{
    private static readonly LatentReconSolver Solver = new();
    private readonly GaussianModel _model = new(1);

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(999)]
    public void Plan_Defaults_AreLatentDps(int start)
    {
        var latentDps = new LatentDpsSolver();
        var expected = latentDps.Plan(SolverBench.Spec(_model, latentDps, start, 0.1)).Steps;
        var actual = Plan(start).Steps;
        Assert.All(actual, step => Assert.Equal("guided/alone", step.Kind));
        Assert.Equal(expected, actual.Select(step => step with { Kind = "guided" }));
    }

    [Fact]
    public void Plan_LastStepsAlone_AreCorrectedWithoutAnInterval()
    {
        var corrected = Plan(9, SolverBench.With(CorrectionParameters.Last, 2)).Steps.Where(step => !step.Kind.StartsWith("guided", StringComparison.Ordinal));
        Assert.Equal([1, 0], corrected.Select(step => step.Timestep).Distinct());
    }

    private SolverPlan Plan(int start, params (string Name, ParameterValue Value)[] parameters) =>
        Solver.Plan(SolverBench.Spec(_model, Solver, start, 0.1, parameters: parameters));
}
