using FlashDiffusion.Noise;
using FlashDiffusion.Plugins.Daps;
using FlashDiffusion.Plugins.Tests.Analytic;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Daps;

public sealed class DapsSolverTests
{
    private const int Start = 112;
    private const double Gain = 2;
    private const float Measured = 0.3f;

    private static readonly DapsSolver Solver = new();
    private readonly GaussianModel _model = new(0.5);

    [Fact]
    public void Step_Prediction_IsTweedieAndAFreshVelocity()
    {
        using var bench = Bench(0.1);
        var output = bench.Step(0, bench.Constant(0.8));
        Assert.Equal(_model.CleanFactor(Start) * 0.8, SolverBench.Values(output.Latents)[3], 1e-5);
        Assert.Equal(bench.Draw(NoisePurpose.Inner, Start, 0)[3], SolverBench.Values(output.Scratch["velocity"])[3], 1e-6);
    }

    [Theory]
    [InlineData(1e6)]
    [InlineData(0.5)]
    public void Step_Move_IsTheFormula(double clip)
    {
        const double Tau = 0.3;
        using var bench = Bench(0.1, SolverBench.With("step_size", 1e-3), SolverBench.With("momentum", 0.6), SolverBench.With("likelihood_std", Tau), SolverBench.With("gradient_clip", clip));
        var (centre, here, speed) = (0.5, 0.4, 0.7);
        var output = bench.Step(1, bench.Constant(here), new Dictionary<string, Tensor> { ["centre"] = bench.Constant(centre), ["velocity"] = bench.Constant(speed) });

        // d/dz of 16 (y - gain z)^2 an element, clipped, over tau^2.
        var gradient = Math.Clamp(-2 * 16 * Gain * (Measured - (Gain * here)), -clip, clip);
        var alphaBar = _model.Schedule.ExactAlphasCumprod[Start];
        var score = (-gradient / (Tau * Tau)) + ((centre - here) * alphaBar / (1 - alphaBar));
        var velocity = (0.6 * speed) + (Math.Sqrt(1e-3) * score) + (Math.Sqrt(0.8) * bench.Draw(NoisePurpose.Inner, Start, 1)[3]);
        Assert.Equal(velocity, SolverBench.Values(output.Scratch["velocity"])[3], 1e-3);
        Assert.Equal(here + (Math.Sqrt(1e-3) * velocity), SolverBench.Values(output.Latents)[3], 1e-4);
        Assert.Equal(centre, SolverBench.Values(output.Scratch["centre"])[3], 1e-6);
    }

    [Fact]
    public void Step_LastMoveOfALevel_AddsTheNextLevelsNoise()
    {
        using var bench = Bench(0.1, SolverBench.With("inner_steps", 2), SolverBench.With("step_size", 1e-9));
        var output = bench.Step(2, bench.Constant(0.4), new Dictionary<string, Tensor> { ["centre"] = bench.Constant(0.4), ["velocity"] = bench.Constant(0) });
        var next = bench.Plan.Steps[2].PreviousTimestep;
        Assert.Equal(bench.Plan.Steps[3].Timestep, next);
        var (alphaBar, clean) = (_model.Schedule.ExactAlphasCumprod[next], SolverBench.Values(output.PredictedClean)[9]);
        var expected = (Math.Sqrt(alphaBar) * clean) + (Math.Sqrt(1 - alphaBar) * bench.Draw(NoisePurpose.Step, Start, 0)[9]);
        Assert.Equal(expected, SolverBench.Values(output.Latents)[9], 1e-5);
    }

    [Fact]
    public void Run_MovesWithoutMomentum_SampleTheGaussianPosterior()
    {
        // One level; prior N(centre, sigma^2) and likelihood exp(-||y - g z||^2 / tau^2), which is what the published score is the gradient of.
        const double Tau = 2;
        const int Moves = 200;
        using var bench = Bench(
            0.1, SolverBench.With("annealing_levels", 1), SolverBench.With("inner_steps", Moves), SolverBench.With("step_size", 0.004), SolverBench.With("step_size_ratio", 1),
            SolverBench.With("momentum", 0), SolverBench.With("likelihood_std", Tau), SolverBench.With("gradient_clip", 1e6));
        Assert.Equal(Moves + 1, bench.Plan.Steps.Length);
        var values = SolverBench.Values(bench.Run(bench.Constant(0.8)));

        var alphaBar = _model.Schedule.ExactAlphasCumprod[Start];
        var (centre, variance) = (_model.CleanFactor(Start) * 0.8, (1 - alphaBar) / alphaBar);
        var precision = (1 / variance) + (2 * 16 * Gain * Gain / (Tau * Tau));
        var mean = ((centre / variance) + (2 * 16 * Gain * Measured / (Tau * Tau))) / precision;
        Assert.Equal(mean, values.Average(), 0.02);
        var spread = values.Average(value => (value - values.Average()) * (value - values.Average()));
        Assert.InRange(spread * precision, 0.85, 1.2);
    }

    [Fact]
    public void Run_NotANumberInTheMeasurement_ReachesTheLatent()
    {
        using var bench = new SolverBench(Solver, _model, SolverBench.Spec(_model, Solver, 5, 0.1, parameters: SolverBench.With("inner_steps", 2)), float.NaN);
        Assert.All(SolverBench.Values(bench.Run(bench.Constant(0.1))), value => Assert.True(float.IsNaN(value)));
    }

    private SolverBench Bench(double noiseStd, params (string Name, ParameterValue Value)[] parameters) =>
        new(Solver, _model, SolverBench.Spec(_model, Solver, Start, noiseStd, gain: Gain, parameters: parameters), Measured);
}
