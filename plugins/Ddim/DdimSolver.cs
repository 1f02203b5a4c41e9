using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Ddim;

/// <summary>Reverse diffusion from the start latent without any look at the measurement.</summary>
/// <remarks>
/// <code>
/// eps = eps_theta(z_t, t)
/// z0  = (z_t - sqrt(1 - abar_t) eps) / sqrt(abar_t)                             Tweedie
/// s   = eta sqrt((1 - abar') / (1 - abar)) sqrt(1 - abar / abar')
/// z'  = sqrt(abar') z0 + sqrt(1 - abar' - s^2) eps + s xi
/// </code>
/// Source: DDIM (arXiv 2010.02502, equation 12). The second floor (ALGORITHMS 2.2): what data consistency adds is what a solver gains over
/// it. Needs no operator, so it also serves unknown ones.
/// </remarks>
public sealed class DdimSolver : ILatentSolver
{
    private const string Kind = "plain";
    private const string Eta = "eta";

    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "ddim",
        Version = "0.1.0",
        Description = "DDIM (arXiv 2010.02502) from the start latent, without data consistency: one denoiser call a step, no operator needed.",
        Needs = SolverNeeds.None,
        Parameters =
        [
            ParameterDescriptor.Number(Eta, 0, 0, 1, "Share of fresh noise in a step where every timestep is visited (DDPM sampling): 0 is deterministic, 1 is ancestral sampling. With DDIM sampling the request's ddim_eta counts instead.") with { Symbol = "eta" },
        ],
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var violations = sample.Parameters.Violations(Descriptor.Parameters);
        return !violations.IsEmpty ? new SolverPlan { Violations = violations } : new SolverPlan
        {
            Steps = [.. ReverseTrajectory.Of(sample).Select(move => new PlannedStep(move.Timestep, move.Previous, Kind, new StepCost(1)))],
        };
    }

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var guard = no_grad();
        var prediction = batch.Model.Denoise(batch.Latents, batch.Timesteps());
        var clean = ReverseStep.Clean(batch, batch.Latents, prediction);
        var moved = (batch.Column(row => Of(row).Clean) * clean) + (batch.Column(row => Of(row).Prediction) * prediction);
        return new StepOutput
        {
            Latents = batch.Rows.Any(row => Of(row).Noise > 0) ? moved + (batch.Column(row => Of(row).Noise) * batch.Normal(NoisePurpose.Step, 0)) : moved,
            PredictedClean = clean,
        };
    }

    private static ReverseCoefficients Of(StepRow row) => ReverseCoefficients.Ddim(
        row.Spec.Schedule,
        row.Step.Timestep,
        row.Step.PreviousTimestep,
        row.Spec.Sampling.Kind == SamplerKind.Ddim ? row.Spec.Sampling.DdimEta : row.Spec.Parameters.Number(Eta));
}
