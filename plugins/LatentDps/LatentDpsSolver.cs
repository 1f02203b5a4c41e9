using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.LatentDps;

/// <summary>Latent diffusion posterior sampling (LDPS): every reverse step is pulled towards the measurement by a gradient.</summary>
/// <remarks>
/// <code>
/// eps  = eps_theta(z_t, t)
/// z0   = (z_t - sqrt(1 - abar_t) eps) / sqrt(abar_t)          Tweedie
/// L_b  = guidance_scale * ||y_b - A(D(z0_b))||_2               one loss a row, not squared
/// z'   = reverse(z_t, z0, eps, xi) - grad_{z_t} L              DDPM or DDIM
/// </code>
/// Parameters: <c>guidance_scale</c> (eta, 0 to 100, default 1), <c>guidance_frequency</c> (dc_correct_freq, 0.001 to 1, default 1),
/// <c>guidance_stages</c> (dc_correct_stage, default all).
/// Source: DPS (arXiv 2209.14687) in latent space, as in arXiv 2309.06642, section 3 and arXiv 2307.00619. The gradient of an unsquared norm
/// shrinks as one over the root of the number of pixels, so the standard mode multiplies guidance by sqrt(H W / 64^2) and one
/// preset serves all sizes; the official mode does not, takes one norm over its batch, and differentiates the quantised decode.
/// </remarks>
public sealed class LatentDpsSolver : ILatentSolver
{
    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "latent_dps",
        Version = "0.1.0",
        Description = "Latent diffusion posterior sampling (LDPS, arXiv 2209.14687 in latent space): each reverse step follows the gradient of the residual through decoder and denoiser.",
        Needs = SolverNeeds.Operator | SolverNeeds.Gradient,
        Parameters = [.. GuidanceParameters.All, NamedPreset.ChoiceOf(LatentDpsPresets.All)],
        Presets = LatentDpsPresets.All,
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample) => GuidancePlan.Plan(sample, Descriptor, GuidedStep.Cost);

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Rows[0].Step.Kind == GuidancePlan.Guided ? GuidedStep.Take(batch, GuidanceLoss.Residual) : GuidedStep.Plain(batch);
    }
}
