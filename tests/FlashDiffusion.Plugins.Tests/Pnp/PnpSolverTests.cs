using FlashDiffusion.Noise;
using FlashDiffusion.Plugins.Pnp;
using FlashDiffusion.Plugins.Tests.Analytic;

namespace FlashDiffusion.Plugins.Tests.Pnp;

public sealed class PnpSolverTests
{
    private const int Timestep = 200;
    private const double Latent = 0.8;
    private const double Gain = 2;
    private const float Measured = 0.3f;

    private static readonly PnpSolver Solver = new();
    private readonly GaussianModel _model = new(0.5);

    [Theory]
    [InlineData("noise_level", 7, 1)]
    [InlineData("noise_level", 7, 0)]
    [InlineData("constant", 0.5, 1)]
    public void Step_OnALinearDecoder_IsTheClosedForm(string penalty, double weight, double renoise)
    {
        const double Std = 0.1;
        var sample = SolverBench.Spec(
            _model, Solver, Timestep, Std, gain: Gain, parameters:
            [
                SolverBench.With("penalty", penalty), SolverBench.With("penalty_weight", weight), SolverBench.With("renoise", renoise), SolverBench.With("consistency_every", 1),
            ]);
        using var bench = new SolverBench(Solver, _model, sample, Measured);
        var output = bench.Step(0, bench.Constant(Latent));

        var (here, next) = (_model.Schedule.ExactAlphasCumprod[Timestep], _model.Schedule.ExactAlphasCumprod[Timestep - 1]);
        var clean = _model.CleanFactor(Timestep) * Latent;
        var rho = penalty == "constant" ? weight : weight * Std * Std * here / (1 - here);
        var consistent = ((Gain * Measured) + (rho * clean)) / ((Gain * Gain) + rho);
        var mixed = (next * consistent) + ((1 - next) * clean);
        var fresh = renoise * renoise * next * (1 - next);
        var draw = bench.Draw(NoisePurpose.Step, Timestep, 0)[7];
        var expected = (Math.Sqrt(next) * mixed) + (Math.Sqrt(1 - next - fresh) * _model.NoiseFactor(Timestep) * Latent) + (Math.Sqrt(fresh) * draw);
        Assert.Equal(expected, SolverBench.Values(output.Latents)[7], 1e-4);
        Assert.Equal(mixed, SolverBench.Values(output.PredictedClean)[7], 1e-4);
    }

    [Fact]
    public void Step_NoiseStd_IsTakenOnTheInternalRange()
    {
        // The same picture and noise, described with twice the standard deviation, trusts its measurement a quarter as much.
        var (trusting, doubting) = (Pull(0.1), Pull(0.2));
        Assert.True(Math.Abs(doubting - (_model.CleanFactor(Timestep) * Latent)) < Math.Abs(trusting - (_model.CleanFactor(Timestep) * Latent)));
    }

    [Theory]
    [InlineData(9, 3, new[] { 7, 4, 1 })]
    [InlineData(9, 1, new[] { 9, 8, 7, 6, 5, 4, 3, 2, 1 })]
    [InlineData(0, 3, new int[0])]
    public void Plan_LastStep_IsNeverAConsistentOne(int start, int every, int[] consistent)
    {
        var plan = Solver.Plan(SolverBench.Spec(_model, Solver, start, 0.1, parameters: SolverBench.With("consistency_every", every)));
        Assert.Equal(consistent, plan.Steps.Where(step => step.Kind != "plain").Select(step => step.Timestep));
        Assert.Equal(new StepCost(start + 1, DecoderForward: consistent.Length, EncoderForward: 2 * consistent.Length), plan.Cost);
    }

    [Theory]
    [InlineData("plain", 1)]
    [InlineData("difference", 2)]
    public void Step_Encoding_CostsItsEncoderCalls(string encoding, int calls)
    {
        // On an autoencoder without any error both are the same latent.
        var sample = SolverBench.Spec(_model, Solver, Timestep, 0.1, parameters: [SolverBench.With("encoding", encoding), SolverBench.With("consistency_every", 1)]);
        using var bench = new SolverBench(Solver, _model, sample, Measured);
        var output = bench.Step(0, bench.Constant(Latent));
        Assert.Equal(calls, bench.Costs[0].EncoderForward);
        var (here, next) = (_model.Schedule.ExactAlphasCumprod[Timestep], _model.Schedule.ExactAlphasCumprod[Timestep - 1]);
        var (clean, rho) = (_model.CleanFactor(Timestep) * Latent, 7 * 0.1 * 0.1 * here / (1 - here));
        var consistent = (Measured + (rho * clean)) / (1 + rho);
        Assert.Equal((next * consistent) + ((1 - next) * clean), SolverBench.Values(output.PredictedClean)[0], 1e-4);
    }

    [Fact]
    public void Run_WholeChain_CostsWhatItDeclaresAndMovesToTheMeasurement()
    {
        var sample = SolverBench.Spec(_model, Solver, 100, 0.02, parameters: SolverBench.With("consistency_every", 3));
        using var bench = new SolverBench(Solver, _model, sample, 0.9f);
        var values = SolverBench.Values(bench.Run(bench.Constant(0.1)));
        Assert.InRange(values.Average(), 0.7, 1.0);
        Assert.Equal(bench.Plan.Cost, bench.Costs.Aggregate(default(StepCost), (sum, cost) => sum + cost));
    }

    [Fact]
    public void Run_NotANumberInTheMeasurement_ReachesTheLatent()
    {
        using var bench = new SolverBench(Solver, _model, SolverBench.Spec(_model, Solver, 20, 0.1), float.NaN);
        Assert.All(SolverBench.Values(bench.Run(bench.Constant(0.1))), value => Assert.True(float.IsNaN(value)));
    }

    private double Pull(double std)
    {
        using var bench = new SolverBench(Solver, _model, SolverBench.Spec(_model, Solver, Timestep, std, parameters: SolverBench.With("consistency_every", 1)), 0f);
        return SolverBench.Values(bench.Step(0, bench.Constant(Latent)).PredictedClean)[0];
    }
}
