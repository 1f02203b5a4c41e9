using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.GmlDps;

/// <summary>Goodness-modified latent DPS (GML-DPS): latent DPS that also pulls towards latents which the autoencoder maps onto themselves.</summary>
/// <remarks>
/// <code>
/// x0   = D(z0),  z0 as in latent DPS
/// L_b  = guidance_scale * ||y_b - A(x0_b)||_2 + latent_weight * ||z0_b - E(x0_b)||_2
/// z'   = reverse(z_t, z0, eps, xi) - grad_{z_t} L
/// </code>
/// Parameters: those of latent DPS (eta, dc_correct_freq, dc_correct_stage) and <c>latent_weight</c> (w, 0 to 100, default 0.05).
/// Source: arXiv 2307.00619, section 3.2, as used in arXiv 2309.06642. Norms are a row's own and not squared; the gradient of a norm of 0
/// is 0. In the standard mode both step sizes are multiplied by sqrt(H W / 64^2). The official mode couples the rows of its batch,
/// differentiates the quantised decode, and compares with the unscaled E(x0).
/// </remarks>
public sealed class GmlDpsSolver : ILatentSolver
{
    private static readonly StepCost Cost = GuidedStep.Cost + new StepCost(0, EncoderForward: 1);

    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "gml_dps",
        Version = "0.1.0",
        Description = "Goodness-modified latent DPS (GML-DPS, arXiv 2307.00619): latent DPS with a second term that keeps the latent where the autoencoder maps it onto itself.",
        Needs = SolverNeeds.Operator | SolverNeeds.Gradient | SolverNeeds.Encoder,
        Parameters =
        [
            .. GuidanceParameters.All,
            GuidanceParameters.LatentWeightOf(0.05, "Weight of the distance between the predicted latent and the encoding of its own decoding."),
            NamedPreset.ChoiceOf(GmlDpsPresets.All),
        ],
        Presets = GmlDpsPresets.All,
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample) => GuidancePlan.Plan(sample, Descriptor, Cost);

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Rows[0].Step.Kind == GuidancePlan.Guided
            ? GuidedStep.Take(batch, point => GuidanceLoss.Residual(point) + GuidanceLoss.AutoencoderGap(point, point.Decoded))
            : GuidedStep.Plain(batch);
    }
}
