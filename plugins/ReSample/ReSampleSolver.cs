using FlashDiffusion.Correction;
using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.ReSample;

/// <summary>ReSample: now and then the predicted clean latent is made to agree with the measurement, and noised back to where the trajectory stands.</summary>
/// <remarks>
/// <code>
/// z0   = Tweedie(z_t),  z' = reverse(z_t, z0, eps, xi)
/// every correction_every steps, at the first, and at the last correction_last:
///   timesteps above 750 of 1000:  nothing
///   301 to 750:  x* = argmin_x ||A(x) - y||^2 + lambda ||x - D(z0)||^2,       z0y = E(x*)
///   up to 300:   z0y = argmin_z ||A(D(z)) - y||^2 + lambda ||z - z0||^2
///   by Adam until the mean squared residual is sigma_n^2 (on [-1, 1]), at most correction_updates times
///   z' = resample(z0y, z')                                        (see ResampleCoefficients for s, gamma and the two variances)
/// </code>
/// Parameters: <c>correction_every</c> (default 10), <c>correction_last</c> (1), <c>correction_updates</c> (100), <c>correction_rate</c> (Adam,
/// 0.1), <c>correction_regularisation</c> (lambda, 1), <c>correction_start</c>, <c>correction_tolerance</c> (variance on [-1, 1]),
/// <c>resample_gamma</c> (gamma, 400), <c>resample_variance</c>. The paper samples with DDIM, 500 steps, ddim_eta 1. Its gammas belong to
/// the previous alpha of one training timestep; with the DDIM grid's own, s grows with the stride.
/// Source: ReSample (arXiv 2307.08123) as used in arXiv 2309.06642. The last move takes the corrected latent as it is. Official mode: see
/// <see cref="CorrectionStep"/> and <see cref="ResampleCoefficients"/>.
/// </remarks>
public sealed class ReSampleSolver : ILatentSolver
{
    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "resample",
        Version = "0.1.0",
        Description = "ReSample (arXiv 2307.08123): every few steps the predicted latent is optimised until it agrees with the measurement, then noised back; no gradient through the denoiser.",
        Needs = SolverNeeds.Operator | SolverNeeds.Gradient | SolverNeeds.Encoder,
        Parameters = [.. CorrectionParameters.All(every: 10, updates: 100), NamedPreset.ChoiceOf(ReSamplePresets.All)],
        Presets = ReSamplePresets.All,
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var refusals = GuidancePlan.Refusals(sample, Descriptor);
        if (!refusals.IsEmpty)
        {
            return new SolverPlan { Violations = refusals };
        }

        var moves = ReverseTrajectory.Of(sample);
        var domains = CorrectionPlan.Domains(sample, moves, DomainOf);
        return new SolverPlan
        {
            Steps = [.. moves.SelectMany((move, i) => domains[i] == CorrectionDomain.None ? [GuidancePlan.PlainStep(move)] : CorrectionPlan.Steps(sample, move, domains[i]))],
        };
    }

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return CorrectionStep.Is(batch.Rows[0].Step.Kind) ? CorrectionStep.Take(batch) : GuidedStep.Plain(batch);
    }

    private static CorrectionDomain DomainOf(DiffusionStage stage) => stage switch
    {
        DiffusionStage.Chaotic => CorrectionDomain.None,
        DiffusionStage.Semantic => CorrectionDomain.Image,
        _ => CorrectionDomain.Latent,
    };
}
