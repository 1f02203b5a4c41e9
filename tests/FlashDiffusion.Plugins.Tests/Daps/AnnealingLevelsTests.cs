using FlashDiffusion.Plugins.Daps;
using FlashDiffusion.Plugins.Tests.Analytic;

namespace FlashDiffusion.Plugins.Tests.Daps;

public sealed class AnnealingLevelsTests
{
    private static readonly DapsSolver Solver = new();
    private readonly GaussianModel _model = new(1);

    [Fact]
    public void Plan_FromPureNoise_IsThePublishedAnnealing()
    {
        var sigmas = Sigmas(999, 50);
        Assert.Equal(50, sigmas.Length);
        Assert.Equal(10, sigmas[0], 0.1);
        Assert.Equal(0.1, sigmas[^1], 0.01);

        // The seventh roots are evenly spaced, as far as whole timesteps allow.
        var roots = sigmas.Select(sigma => Math.Pow(sigma, 1 / 7.0)).ToArray();
        var step = (roots[0] - roots[^1]) / 49;
        Assert.All(Enumerable.Range(0, 50), i => Assert.Equal(roots[0] - (i * step), roots[i], 0.01));
    }

    [Theory]
    [InlineData(254)]
    [InlineData(112)]
    [InlineData(40)]
    public void Plan_AdaptiveStart_BeginsThereAndEndsAtATenth(int start)
    {
        var sigmas = Sigmas(start, 50);
        Assert.Equal(Sigma(start), sigmas[0], 1e-9);
        Assert.Equal(Math.Max(Sigma(0), Math.Min(0.1, Sigma(start) / 10)), sigmas[^1], 0.01);
        Assert.InRange(sigmas.Length, 2, 26);
        Assert.Equal(sigmas.OrderDescending(), sigmas);
    }

    [Fact]
    public void Plan_LowestStart_IsOneLevel() => Assert.Single(Sigmas(0, 50));

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(60)]
    [InlineData(112)]
    public void Plan_ShortenedTrajectory_LeavesItsShareOfTheLevels(int points)
    {
        var whole = SolverBench.Spec(_model, Solver, 112, 0.1);
        var all = Levels(whole);
        var left = Levels(whole with
        {
            Sampling = new SamplingSpec(SamplerKind.Ddim, points, 0),
            StartIndex = points - 1,
            Trajectory = [.. Enumerable.Range(113 - points, points)],
            TrajectoryShare = points / 113.0,
        });

        Assert.Equal(Math.Max(1, all.Length * points / 113), left.Length);
        Assert.Equal(all[0], left[0]);
        Assert.True(left.Length == 1 || left[^1] == all[^1]);
        Assert.Subset(all.ToHashSet(), left.ToHashSet());
    }

    [Fact]
    public void Plan_Cost_IsOnePredictionALevelAndItsMoves()
    {
        var plan = Solver.Plan(SolverBench.Spec(_model, Solver, 112, 0.1, parameters: [SolverBench.With("annealing_levels", 20), SolverBench.With("inner_steps", 7)]));
        var levels = plan.Steps.Count(step => step.Kind == "predict");
        Assert.Equal(new StepCost(levels, 0, 7 * levels, 7 * levels), plan.Cost);
        Assert.All(plan.Steps, step => Assert.True(step.Cost.DecoderForward + step.Cost.UNetForward == 1, "A step is bounded by one network call."));
        Assert.Equal(-1, plan.Steps[^1].PreviousTimestep);
    }

    private static int[] Levels(SampleSpec sample) => [.. Solver.Plan(sample).Steps.Where(step => step.Kind == "predict").Select(step => step.Timestep)];

    private double[] Sigmas(int start, int levels) =>
    [
        .. Solver.Plan(SolverBench.Spec(_model, Solver, start, 0.1, parameters: SolverBench.With("annealing_levels", levels))).Steps
            .Where(step => step.Kind == "predict").Select(step => Sigma(step.Timestep)),
    ];

    private double Sigma(int timestep) => Math.Sqrt(1 / _model.Schedule.ExactAlphasCumprod[timestep] - 1);
}
