using FlashDiffusion.Plugins.Lmap;
using FlashDiffusion.Plugins.Tests.Analytic;

namespace FlashDiffusion.Plugins.Tests.Lmap;

public sealed class LmapSolverTests
{
    private const double Gain = 2;
    private const float Measured = 0.6f;

    private static readonly LmapSolver Solver = new();
    private readonly GaussianModel _model = new(0.5);

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public void Run_FirstStageAlone_FindsTheMostProbableLatent(double weight)
    {
        using var bench = Bench(100, SolverBench.With("restart_share", 0), SolverBench.With("prior_weight", weight), SolverBench.With("learning_rate", 0.1));
        var values = SolverBench.Values(bench.Run(bench.Constant(-0.5)));

        // d/dz of 16 (y - g z)^2 + w eps z, where eps has the mean NoiseFactor(t1) sqrt(abar) z over the noise.
        var alphaBar = _model.Schedule.ExactAlphasCumprod[50];
        var expected = 2 * 16 * Gain * Measured / ((2 * 16 * Gain * Gain) + (weight * _model.NoiseFactor(50) * Math.Sqrt(alphaBar)));
        Assert.Equal(expected, values.Average(), 0.01);
        Assert.True(weight == 0 || values.Average() < (Measured / Gain) - 0.01);
        Assert.Equal(new StepCost(200, 0, 200, 200), bench.Costs.Aggregate(default(StepCost), (sum, cost) => sum + cost));
    }

    [Theory]
    [InlineData(100, 1, 101, 100)]
    [InlineData(100, 0.5, 51, 50)]
    [InlineData(999, 1, 1000, 999)]
    [InlineData(20, 0, 0, -1)]
    public void Plan_Restart_IsAShareOfTheStart(int start, double share, int steps, int after)
    {
        var plan = Solver.Plan(SolverBench.Spec(_model, Solver, start, 0.1, parameters: SolverBench.With("restart_share", share)));
        Assert.Equal(200 + steps, plan.Steps.Length);
        Assert.Equal(Math.Min(50, start), plan.Steps[0].Timestep);
        Assert.Equal(after, plan.Steps[199].PreviousTimestep);
        Assert.Equal(new StepCost(200 + steps, steps, 200 + steps, 200 + steps), plan.Cost);
    }

    [Fact]
    public void Run_ShortenedTrajectory_StillHandsOverAndEndsAtTheMeasurement()
    {
        var whole = SolverBench.Spec(_model, Solver, 60, 0.1, new PictureShape(32, 32), Gain, [SolverBench.With("map_iterations", 120), SolverBench.With("learning_rate", 0.1), SolverBench.With("guidance_scale", 0.1)]);
        var cut = whole with { Sampling = new SamplingSpec(SamplerKind.Ddim, 30, 0), StartIndex = 29, Trajectory = [.. Enumerable.Range(0, 29).Select(i => 2 * i), 60], TrajectoryShare = 30 / 61.0 };
        using var bench = new SolverBench(Solver, _model, cut, Measured);
        Assert.Equal((59, 30), (bench.Plan.Steps.Count(step => step.Kind == "map"), bench.Plan.Steps.Count(step => step.Kind == "guided")));
        Assert.Equal(60, bench.Plan.Steps[58].PreviousTimestep);
        Assert.Equal(Measured / Gain, SolverBench.Values(bench.Run(bench.Constant(-0.5))).Average(), 0.1);
    }

    [Fact]
    public void Step_LastIteration_HandsOverWithTheNoiseOfTheRestart()
    {
        using var bench = Bench(300, SolverBench.With("map_iterations", 1), SolverBench.With("learning_rate", 1e-5));
        var output = bench.Step(0, bench.Constant(0.4));
        var alphaBar = _model.Schedule.ExactAlphasCumprod[300];
        var expected = (Math.Sqrt(alphaBar) * 0.4) + (Math.Sqrt(1 - alphaBar) * bench.Draw(Noise.NoisePurpose.Start, 50, 0)[8]);
        Assert.Equal(expected, SolverBench.Values(output.Latents)[8], 1e-4);
    }

    [Fact]
    public void Run_BothStages_EndAtTheMeasurement()
    {
        using var bench = Bench(60, SolverBench.With("map_iterations", 60), SolverBench.With("learning_rate", 0.1), SolverBench.With("guidance_scale", 0.1));
        var values = SolverBench.Values(bench.Run(bench.Constant(-0.5)));
        Assert.Equal(Measured / Gain, values.Average(), 0.1);
    }

    [Fact]
    public void Run_NotANumberInTheMeasurement_ReachesTheLatent()
    {
        var sample = SolverBench.Spec(_model, Solver, 5, 0.1, parameters: SolverBench.With("map_iterations", 3));
        using var bench = new SolverBench(Solver, _model, sample, float.NaN);
        Assert.All(SolverBench.Values(bench.Run(bench.Constant(0.1))), value => Assert.True(float.IsNaN(value)));
    }

    private SolverBench Bench(int start, params (string Name, ParameterValue Value)[] parameters) =>
        new(Solver, _model, SolverBench.Spec(_model, Solver, start, 0.1, new PictureShape(32, 32), Gain, parameters), Measured);
}
