using FlashDiffusion.Noise;
using FlashDiffusion.Plugins.Mpgd;
using FlashDiffusion.Plugins.Tests.Analytic;
using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.Tests.Mpgd;

public sealed class MpgdSolverTests
{
    private const int Timestep = 200;
    private const double Latent = 0.8;
    private const double Gain = 2;
    private const float Measured = 0.3f;

    private static readonly MpgdSolver Solver = new();
    private readonly GaussianModel _model = new(0.5);

    [Theory]
    [InlineData("next_latent", "constant", 64)]
    [InlineData("next_latent", "inverse_signal", 64)]
    [InlineData("clean_latent", "constant", 64)]
    [InlineData("clean_latent", "constant", 128)]
    public void Step_OnALinearDecoder_IsTheFormula(string target, string scaling, int side)
    {
        var sample = SolverBench.Spec(
            _model, Solver, Timestep, 0.1, new PictureShape(side, side), Gain,
            SolverBench.With("guidance_scale", 3), SolverBench.With("guidance_target", target), SolverBench.With("guidance_scaling", scaling));
        using var bench = new SolverBench(Solver, _model, sample, Measured);
        var output = bench.Step(0, bench.Constant(Latent));

        // All elements are equal: r = gain z0 - y on each of 16 pixels an element, ||r|| = |r| sqrt(m), gradient = 16 gain r / ||r||.
        var clean = _model.CleanFactor(Timestep) * Latent;
        var measurements = 3.0 * side * side;
        var residual = (Gain * clean) - Measured;
        var scale = 3 * (side / 64.0) / (scaling == "constant" ? 1 : Math.Sqrt(_model.Schedule.ExactAlphasCumprod[Timestep]));
        var shift = scale * 16 * Gain * Math.Sign(residual) / Math.Sqrt(measurements);
        var move = ReverseCoefficients.Ddpm(_model.Schedule, Timestep);
        var draw = bench.Draw(NoisePurpose.Step, Timestep, 0)[5];
        var expected = target == "clean_latent"
            ? (move.Clean * (clean - shift)) + (move.Latent * Latent) + (move.Noise * draw)
            : (move.Clean * clean) + (move.Latent * Latent) + (move.Noise * draw) - shift;
        Assert.Equal(expected, SolverBench.Values(output.Latents)[5], 1e-4);
        Assert.Equal(Math.Abs(residual) * Math.Sqrt(measurements), SolverBench.Values(output.Residual!)[0], 1e-2);
        Assert.Equal(new StepCost(1, 0, 1, 1), Assert.Single(bench.Costs));
    }

    [Theory]
    [InlineData(999, "middle", 400)]
    [InlineData(100, "middle", 101)]
    [InlineData(999, "all", 1000)]
    public void Plan_Window_IsIgnoredBelowIt(int start, string window, int guided)
    {
        var plan = Solver.Plan(SolverBench.Spec(_model, Solver, start, 0.1, parameters: SolverBench.With("guidance_window", window)));
        Assert.Equal(guided, plan.Steps.Count(step => step.Kind == "guided"));
    }

    [Fact]
    public void Plan_WithoutOperatorOrOfficial_IsRefused()
    {
        var sample = SolverBench.Spec(_model, Solver, 10, 0.1);
        Assert.Equal("operator", Assert.Single(Solver.Plan(sample with { Operator = null }).Violations).Field);
        Assert.Equal("compatibility", Assert.Single(Solver.Plan(sample with { Compatibility = Compatibility.Official }).Violations).Field);
    }

    [Fact]
    public void Run_NoiseFreeMeasurement_EndsNearIt()
    {
        using var bench = new SolverBench(Solver, _model, SolverBench.Spec(_model, Solver, 150, 0, parameters: SolverBench.With("guidance_scale", 0.2)), 0.9f);
        using var free = new SolverBench(Solver, _model, SolverBench.Spec(_model, Solver, 150, 0, parameters: SolverBench.With("guidance_scale", 0)), 0.9f);
        var (guided, unguided) = (SolverBench.Values(bench.Run(bench.Constant(0.2))), SolverBench.Values(free.Run(free.Constant(0.2))));
        Assert.True(guided.Average(value => Math.Abs(value - 0.9)) < 0.2 * unguided.Average(value => Math.Abs(value - 0.9)));
    }
}
