using FlashDiffusion.Plugins.Ddim;
using FlashDiffusion.Plugins.Tests.Analytic;
using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.Tests.Ddim;

public sealed class DdimSolverTests
{
    private const double Variance = 0.5;

    private static readonly DdimSolver Solver = new();
    private readonly GaussianModel _model = new(Variance);

    [Theory]
    [InlineData(0)]
    [InlineData(120)]
    [InlineData(999)]
    public void Run_Deterministic_FollowsTheProbabilityFlowOfAGaussian(int start)
    {
        using var bench = new SolverBench(Solver, _model, SolverBench.Spec(_model, Solver, start, 0), 0);
        var actual = SolverBench.Values(bench.Run(bench.Constant(1)))[0];

        // The flow keeps the quantile: z_0 / sqrt(v) = z_t / sqrt(abar v + 1 - abar); a thousand steps follow it closely.
        var alphaBar = _model.Schedule.ExactAlphasCumprod[start];
        Assert.Equal(Math.Sqrt(Variance / ((alphaBar * Variance) + 1 - alphaBar)), actual, 0.01);
        Assert.All(bench.Costs, cost => Assert.Equal(new StepCost(1), cost));
        Assert.Equal(start + 1, bench.Costs.Count);
    }

    [Fact]
    public void Run_Twice_GivesTheSame()
    {
        using var bench = new SolverBench(Solver, _model, SolverBench.Spec(_model, Solver, 40, 0), 0, seed: 1);
        using var other = new SolverBench(Solver, _model, SolverBench.Spec(_model, Solver, 40, 0), 0, seed: 2);
        Assert.Equal(SolverBench.Values(bench.Run(bench.Constant(1))), SolverBench.Values(other.Run(other.Constant(1))));
    }

    [Fact]
    public void Step_FreshNoiseInFull_IsAncestralSampling()
    {
        using var bench = new SolverBench(Solver, _model, SolverBench.Spec(_model, Solver, 300, 0, parameters: SolverBench.With("eta", 1)), 0);
        var moved = SolverBench.Values(bench.Step(0, bench.Constant(0.7)).Latents);
        var ancestral = ReverseCoefficients.Ddpm(_model.Schedule, 300);
        var draw = bench.Draw(Noise.NoisePurpose.Step, 300, 0);
        for (var i = 0; i < moved.Length; i += 97)
        {
            var expected = (ancestral.Clean * _model.CleanFactor(300) * 0.7) + (ancestral.Latent * 0.7) + (ancestral.Noise * draw[i]);
            Assert.Equal(expected, moved[i], 1e-5);
        }
    }

    [Fact]
    public void Plan_SubGrid_VisitsItsPoints()
    {
        var sample = SolverBench.Spec(_model, Solver, 9, 0) with { Sampling = new SamplingSpec(SamplerKind.Ddim, 100) };
        var plan = Solver.Plan(sample with { Operator = null, OperatorPlan = null });
        Assert.Empty(plan.Violations);
        Assert.Equal(10, plan.Steps.Length);
        Assert.Equal(-1, plan.Steps[^1].PreviousTimestep);
    }
}
