using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance.Tests.Solvers;

/// <summary>
/// A solver that uses everything it may, and correctly: gradients through decoder and denoiser, noise, scratch, steps in two chunks, an
/// inner loop whose rows stop on their own. Faults are planted into it by overriding one method.
/// </summary>
internal class SoundSolver : ILatentSolver
{
    protected const string Momentum = "momentum";
    protected const string Half = "half";
    private const string Scale = "guidance_scale";
    private const string Mode = "mode";

    public virtual SolverDescriptor Descriptor { get; } = new()
    {
        Name = "sound",
        Version = "1.0.0",
        Description = "Does what the contract says.",
        Needs = SolverNeeds.Operator | SolverNeeds.Gradient,
        Parameters =
        [
            ParameterDescriptor.Number(Scale, 0.4, 0, 1, "Step size of the gradient."),
            ParameterDescriptor.Choice(Mode, "How the gradient is used.", "momentum", "plain"),
        ],
    };

    public virtual SolverPlan Plan(SampleSpec sample)
    {
        var violations = sample.Parameters.Violations(Descriptor.Parameters);
        if (sample.Operator is null)
        {
            violations = violations.Add(new FieldViolation("operator", "It needs an operator."));
        }

        return violations.IsEmpty
            ? new SolverPlan { Steps = [.. ReverseTrajectory.Of(sample).Select(move => new PlannedStep(move.Timestep, move.Previous, "guided", Cost(sample)))] }
            : new SolverPlan { Violations = violations };
    }

    /// <summary>Two chunks of one guided evaluation each.</summary>
    public StepOutput Step(StepBatch batch)
    {
        var latents = Input(batch).detach().requires_grad_();
        var prediction = batch.Model.Denoise(latents, Timesteps(batch));
        var clean = ReverseStep.Clean(batch, latents, prediction);
        var decoded = batch.Model.Decode(clean, Quantisation.None);
        var residual = Norm(batch.Measurements! - batch.Operator!.Forward(decoded));
        var gradient = PerSample.Gradient(residual * batch.Column(GuidanceOf(batch)).flatten(), latents);
        using var guard = no_grad();
        var momentum = Carried(batch) is { } carried ? (carried * batch.Column(row => row.Spec.Parameters.Choice(Mode) == "momentum" ? 0.5 : 0)) + gradient : gradient;
        var done = batch.Scratch.TryGetValue(Half, out var half) ? half.gt(0.5f) : zeros(batch.Count, dtype: ScalarType.Bool);
        var pulled = batch.Latents - (momentum * 0.5f);
        var moved = ReverseStep.Move(batch, clean.detach(), prediction.detach()) - (momentum * 0.5f);
        return Finish(batch, new StepOutput
        {
            Latents = where(done.reshape(-1, 1, 1, 1), moved, pulled),
            PredictedClean = clean.detach(),
            DecodedClean = decoded.detach(),
            Residual = residual.detach().flatten(),
            Completed = done.data<bool>().ToArray(),
            Scratch = new Dictionary<string, Tensor> { [Momentum] = momentum, [Half] = done.logical_not().to(ScalarType.Float32) },
        });
    }

    protected virtual StepCost Cost(SampleSpec sample) => new(2, 2, 2, 2);

    protected virtual Tensor Input(StepBatch batch) => batch.Latents;

    protected virtual Tensor Timesteps(StepBatch batch) => batch.Timesteps();

    protected virtual Tensor Norm(Tensor residual) => PerSample.Norm(residual);

    protected virtual Func<StepRow, double> GuidanceOf(StepBatch batch) => row => row.Spec.Parameters.Number(Scale);

    protected virtual Tensor? Carried(StepBatch batch) => batch.Scratch.GetValueOrDefault(Momentum);

    protected virtual StepOutput Finish(StepBatch batch, StepOutput output) => output;

    protected static ulong SeedOf(StepRow row) => ((CounterNoise)row.Noise).Seed;
}
