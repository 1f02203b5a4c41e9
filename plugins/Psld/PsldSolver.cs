using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.Psld;

/// <summary>Posterior sampling with latent diffusion (PSLD): latent DPS that also pulls towards the encoding of a picture glued to the measurement.</summary>
/// <remarks>
/// <code>
/// x0   = D(z0),  z0 as in latent DPS
/// x_y  = A^T y + x0 - A^T A x0  =  x0 + A^T (y - A x0)          folded: one forward, one adjoint
/// L_b  = guidance_scale * ||y_b - A(x0_b)||_2 + latent_weight * ||z0_b - E(x_y_b)||_2
/// z'   = reverse(z_t, z0, eps, xi) - grad_{z_t} L
/// </code>
/// Parameters: those of latent DPS (eta, dc_correct_freq, dc_correct_stage), <c>latent_weight</c> (w, 0 to 100, default 0.1) and
/// <c>transpose</c>: exact (the operator's adjoint) or identity (A^T = I, what the published PSLD code runs for blur; measurements must then
/// be pictures). Source: arXiv 2307.00619, algorithm 2, as used in arXiv 2309.06642. The official mode takes the research code's transpose,
/// which is neither linear nor the adjoint for blur (QUIRKS 12), twice; and has the other faults of official GML-DPS.
/// </remarks>
public sealed class PsldSolver : ILatentSolver
{
    private const string Transpose = "transpose";
    private const string Exact = "exact";
    private const string Identity = "identity";
    private const string GuidedByIdentity = "guided_by_identity";

    private static readonly StepCost Cost = GuidedStep.Cost + new StepCost(0, EncoderForward: 1);

    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "psld",
        Version = "0.1.0",
        Description = "Posterior sampling with latent diffusion (PSLD, arXiv 2307.00619): latent DPS with a second term that glues measured parts into the picture; linear operators only.",
        Needs = SolverNeeds.Operator | SolverNeeds.Adjoint | SolverNeeds.Gradient | SolverNeeds.Encoder,
        Parameters =
        [
            .. GuidanceParameters.All,
            GuidanceParameters.LatentWeightOf(0.1, "Weight of the distance between the predicted latent and the encoding of its decoding glued to the measurement."),
            ParameterDescriptor.Choice(Transpose, "What stands for A^T: exact is the operator's adjoint; identity is what the published PSLD code uses for blur.", Exact, Identity),
            NamedPreset.ChoiceOf(PsldPresets.All),
        ],
        Presets = PsldPresets.All,
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var identity = sample.Parameters.Choice(Transpose) == Identity;
        return identity && sample.Operator is not null && !MeasurementGluing.IsPicture(sample)
            ? new SolverPlan { Violations = [new FieldViolation($"parameters.{Transpose}", "'transpose' must be exact here: the measurement has not the picture's shape, so the identity can't stand for A^T.")] }
            : GuidancePlan.Plan(sample, Descriptor, Cost, identity ? GuidedByIdentity : GuidancePlan.Guided);
    }

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Rows[0].Step.Kind switch
        {
            GuidancePlan.Guided => GuidedStep.Take(batch, point => GuidanceLoss.Residual(point) + GuidanceLoss.AutoencoderGap(point, MeasurementGluing.Adjoint(point))),
            GuidedByIdentity => GuidedStep.Take(batch, point => GuidanceLoss.Residual(point) + GuidanceLoss.AutoencoderGap(point, MeasurementGluing.Identity(point))),
            _ => GuidedStep.Plain(batch),
        };
    }
}
