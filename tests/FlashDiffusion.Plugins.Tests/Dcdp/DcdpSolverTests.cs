using FlashDiffusion.Noise;
using FlashDiffusion.Plugins.Dcdp;
using FlashDiffusion.Plugins.Tests.Analytic;

namespace FlashDiffusion.Plugins.Tests.Dcdp;

public sealed class DcdpSolverTests
{
    private const int Timestep = 200;
    private const double Latent = 0.8;
    private const float Measured = 0.3f;

    private static readonly DcdpSolver Solver = new();
    private readonly GaussianModel _model = new(0.5);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Step_AdamW_MovesByTheLearningRateAnUpdate(int iterations)
    {
        const double Rate = 0.02;
        using var bench = Bench(
            Timestep, 0, Measured, SolverBench.With("inner_iterations", iterations), SolverBench.With("learning_rate", Rate));
        var output = bench.Step(0, bench.Constant(Latent));

        // The gradient of an unsquared norm keeps its size while its direction stays, so every update has the length of the rate.
        var clean = _model.CleanFactor(Timestep) * Latent;
        for (var i = 0; i < iterations; i++)
        {
            clean = (clean * (1 - (Rate * 0.01))) - (Rate * Math.Sign(clean - Measured));
        }

        Assert.Equal(clean, SolverBench.Values(output.PredictedClean)[4], 1e-4);
        var next = _model.Schedule.ExactAlphasCumprod[Timestep - 1];
        var expected = (Math.Sqrt(next) * clean) + (Math.Sqrt(1 - next) * bench.Draw(NoisePurpose.Step, Timestep, 0)[4]);
        Assert.Equal(expected, SolverBench.Values(output.Latents)[4], 1e-4);
        Assert.Equal(new StepCost(1, 0, iterations, iterations), bench.Costs[0]);
        Assert.False(bench.Plan.Steps[0].CostIsBound);
    }

    [Fact]
    public void Step_NoiseExplainsTheResidual_StopsForThatRowAlone()
    {
        // Row 0 measures its own prediction, row 1 something far away.
        using var bench = new SolverBench(Solver, _model, SolverBench.Spec(_model, Solver, Timestep, 0.1, parameters: SolverBench.With("consistency_every", 1)), 0, rows: 2);
        var clean = (float)(_model.CleanFactor(Timestep) * Latent);
        using var measurements = TorchSharp.torch.stack([bench.Measurements[0] + clean, bench.Measurements[0] + 5]);
        bench.Measurements = measurements;
        var moved = bench.Step(0, bench.Constant(Latent)).PredictedClean;
        Assert.Equal(clean, SolverBench.Values(moved[0])[0], 1e-6);
        Assert.True(SolverBench.Values(moved[1])[0] > clean + 0.05);
        Assert.Equal(new StepCost(1, 0, 2, 2), bench.Costs[0]);
    }

    [Fact]
    public void Step_AllRowsStopped_NeedsOneDecoderCallAndNoGradient()
    {
        var clean = (float)(_model.CleanFactor(Timestep) * Latent);
        using var bench = Bench(Timestep, 0.1, clean);
        bench.Step(0, bench.Constant(Latent));
        Assert.True(bench.Plan.Steps[0].CostIsBound);
        Assert.Equal(new StepCost(1, 0, 1), bench.Costs[0]);
    }

    [Fact]
    public void Step_Analytic_FindsTheMinimumOfAQuadraticInOneUpdate()
    {
        // Without noise the ball is the measurement itself, so f = (z - c)^2 / (2 gamma) + rho/2 16 (z - y)^2 an element.
        using var bench = Bench(Timestep, 0, Measured, SolverBench.With("step_rule", "analytic"), SolverBench.With("inner_iterations", 1));
        var moved = SolverBench.Values(bench.Step(0, bench.Constant(Latent)).PredictedClean)[0];

        // The first dual step doubles the misfit: b = y - (A(D(c)) - y).
        var alphaBar = _model.Schedule.ExactAlphasCumprod[Timestep];
        var (clean, gamma, rho) = (_model.CleanFactor(Timestep) * Latent, (1 - alphaBar) / alphaBar, 1 / (0.02 * 0.02));
        var target = (2 * Measured) - clean;
        var expected = ((clean / gamma) + (16 * rho * target)) / ((1 / gamma) + (16 * rho));
        Assert.Equal(expected, moved, 2e-3);
        Assert.Equal(new StepCost(1, 0, 3, 1), bench.Costs[0]);
    }

    [Fact]
    public void Step_AnalyticInsideTheNoiseBall_StaysWhereItIs()
    {
        var clean = (float)(_model.CleanFactor(Timestep) * Latent);
        using var bench = Bench(Timestep, 0.4, clean + 0.1f, SolverBench.With("step_rule", "analytic"));
        Assert.Equal(clean, SolverBench.Values(bench.Step(0, bench.Constant(Latent)).PredictedClean)[0], 1e-5);
    }

    [Fact]
    public void Plan_ConsistentSteps_CountFromTheLastOne()
    {
        var plan = Solver.Plan(SolverBench.Spec(_model, Solver, 9, 0.1, parameters: SolverBench.With("consistency_every", 4)));
        Assert.Equal([8, 4, 0], plan.Steps.Where(step => step.Kind == "adamw2").Select(step => step.Timestep));
        Assert.Equal(new StepCost(10, 0, 6, 6), plan.Cost);
    }

    [Theory]
    [InlineData("adamw")]
    [InlineData("analytic")]
    public void Run_WholeChain_EndsAtTheMeasurement(string rule)
    {
        using var bench = Bench(60, 0.05, 0.9f, SolverBench.With("step_rule", rule));
        var values = SolverBench.Values(bench.Run(bench.Constant(0.2)));
        Assert.Equal(0.9, values.Average(), 0.03);
        Assert.InRange(values.Average(value => Math.Abs(value - 0.9)), 0, 0.08);
    }

    [Theory]
    [InlineData("adamw")]
    [InlineData("analytic")]
    public void Run_NotANumberInTheMeasurement_ReachesTheLatent(string rule)
    {
        using var bench = Bench(3, 0.05, float.NaN, SolverBench.With("step_rule", rule));
        Assert.All(SolverBench.Values(bench.Run(bench.Constant(0.2))), value => Assert.True(float.IsNaN(value)));
    }

    private SolverBench Bench(int start, double noiseStd, float measured, params (string Name, ParameterValue Value)[] parameters) =>
        new(Solver, _model, SolverBench.Spec(_model, Solver, start, noiseStd, parameters: [SolverBench.With("consistency_every", 1), .. parameters]), measured);
}
