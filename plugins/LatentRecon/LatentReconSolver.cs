using FlashDiffusion.Correction;
using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.LatentRecon;

/// <summary>The general algorithm: guidance and corrections in any mixture, of which latent DPS, GML-DPS, PSLD and ReSample are settings.</summary>
/// <remarks>
/// <code>
/// z0 = Tweedie(z_t),  z' = reverse(z_t, z0, eps, xi)
/// where corrected: z0y = solve(z0) in the stage's domain,  z0y = (1 - beta) z0 + beta z0y,  beta = 1 - sigma^2 / max(error, sigma^2)
///                  z' = resample(z0y, z')
/// where guided:    z' = z' - grad_{z_t} [ eta * r(y - A(D(z0))) + w * ||z0 - E(x)|| ]
///   r: norm ||.||, std ||.||^2 / sigma^2, none ||.||^2;   x: D(z0) (gml) or D(z0) + A^T (y - A D(z0)) (psld)
/// </code>
/// Parameters: <c>guidance_*</c> (eta, dc_correct_freq, dc_correct_stage, scaling_method), <c>latent_weight</c> and <c>latent_term</c> (w, use_psld),
/// <c>correction_*</c> and <c>resample_*</c> as in ReSample with a domain for each stage, <c>correction_weighting</c>. By default it is latent DPS.
/// Source: the general class of the research code of arXiv 2309.06642. In its own order corrections come first; in official mode, from
/// the prediction and in the latent domain, guidance therefore sees the corrected latent (QUIRKS 3) and the denoiser is called a second
/// time for it, since the graph of the first look can't wait through the chunks of the solve.
/// </remarks>
public sealed class LatentReconSolver : ILatentSolver
{
    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "latent_recon",
        Version = "0.1.0",
        Description = "The general latent reconstruction algorithm of arXiv 2309.06642: guidance gradient and hard data consistency in any mixture; latent_dps, gml_dps, psld and resample are settings of it.",
        Needs = SolverNeeds.Operator | SolverNeeds.Gradient | SolverNeeds.Encoder,
        Parameters = LatentReconParameters.All,
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var refusals = GuidancePlan.Refusals(sample, Descriptor);
        refusals = refusals.IsEmpty && Violation(sample) is { } violation ? [violation] : refusals;
        if (!refusals.IsEmpty)
        {
            return new SolverPlan { Violations = refusals };
        }

        var moves = ReverseTrajectory.Of(sample);
        var guided = GuidancePlan.Of(sample, moves);
        var domains = CorrectionPlan.Domains(sample, moves, stage => LatentReconParameters.DomainOf(sample, stage));
        var term = LatentReconLoss.TermOf(sample);
        var cost = term == "alone" ? GuidedStep.Cost : GuidedStep.Cost + new StepCost(0, EncoderForward: 1);
        return new SolverPlan
        {
            Steps = [.. moves.SelectMany((move, i) => StepsOf(sample, move, guided[i] ? cost : null, domains[i])).Select(step => step with { Kind = $"{step.Kind}/{term}" })],
        };
    }

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Rows[0].Step.Kind.Split('/')[0] switch
        {
            GuidancePlan.Guided => GuidedStep.Take(batch, LatentReconLoss.At),
            GuidancePlan.Plain => GuidedStep.Plain(batch),
            _ => CorrectionStep.Take(batch, LatentReconLoss.At),
        };
    }

    private static IEnumerable<PlannedStep> StepsOf(SampleSpec sample, (int Timestep, int Previous) move, StepCost? guidance, CorrectionDomain domain) => (guidance, domain) switch
    {
        (_, not CorrectionDomain.None) => CorrectionPlan.Steps(sample, move, domain, guidance),
        ({ } cost, _) => [new PlannedStep(move.Timestep, move.Previous, GuidancePlan.Guided, cost)],
        _ => [GuidancePlan.PlainStep(move)],
    };

    private static FieldViolation? Violation(SampleSpec sample)
    {
        if (!sample.OperatorIsLinear && LatentReconLoss.TermOf(sample) == "psld")
        {
            return new FieldViolation($"parameters.{LatentReconParameters.LatentTerm}", $"'latent_term' psld needs a linear operator, for its adjoint, but '{sample.Operator!.Name}' is not linear; gml works with any.");
        }

        return sample.NoiseStd == 0 && sample.Parameters.Choice(LatentReconParameters.Scaling) == "std"
            ? new FieldViolation($"parameters.{LatentReconParameters.Scaling}", "'guidance_scaling' std divides by the variance of the measurement's noise, which is 0 here; choose norm or none.")
            : null;
    }
}
