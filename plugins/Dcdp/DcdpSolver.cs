using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Dcdp;

/// <summary>Latent DCDP: data consistency and diffusion purification in turns; the denoiser is never differentiated.</summary>
/// <remarks>
/// <code>
/// z0 = Tweedie(z_t, t)                                       no gradient
/// K times: update of z0 towards small ||y - A(D(z0))||       AdamW from a fresh state, or analytic steps
/// z' = sqrt(abar') z0 + sqrt(1 - abar') xi                   full fresh noise; the last step ends with z0 itself
/// between: z' = sqrt(abar') z0 + sqrt(1 - abar') eps         plain DDIM
/// </code>
/// Sources: DCDP (arXiv 2403.06054) in latent space; analytic steps as in FAST-DIPS. Both act on [-1, 1], where sigma_n is twice the API's.
/// One step is bounded by K decoder calls and gradients (analytic: five calls an update).
/// </remarks>
public sealed class DcdpSolver : ILatentSolver
{
    private const string Plain = "plain";

    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "dcdp",
        Version = "0.1.0",
        Description = "Latent DCDP (arXiv 2403.06054): each step fits the predicted clean latent to the measurement through the decoder, then adds fresh noise. Any differentiable operator.",
        Needs = SolverNeeds.Operator | SolverNeeds.Gradient,
        Parameters = DcdpParameters.All,
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var violations = SolverRefusals.Of(Descriptor, sample, inResearchCode: false);
        if (!violations.IsEmpty)
        {
            return new SolverPlan { Violations = violations };
        }

        // The number of updates decides how often a batch calls the decoder, so it is part of the kind.
        var iterations = sample.Parameters.Integer(DcdpParameters.InnerIterations);
        var rule = sample.Parameters.Choice(DcdpParameters.StepRule);
        var analytic = rule == DcdpParameters.Analytic;
        var cost = new StepCost(1) + (analytic ? AnalyticUpdates.CostOf(iterations) : AdamWUpdates.CostOf(iterations));
        var moves = ReverseTrajectory.Of(sample);
        var every = sample.Parameters.Integer(DcdpParameters.ConsistencyEvery);
        return new SolverPlan
        {
            Steps =
            [
                .. moves.Select((move, i) => (moves.Length - 1 - i) % every == 0
                    ? new PlannedStep(move.Timestep, move.Previous, $"{rule}{iterations}", cost) { CostIsBound = analytic || AdamWUpdates.MayStop(sample) }
                    : new PlannedStep(move.Timestep, move.Previous, Plain, new StepCost(1))),
            ],
        };
    }

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Tensor clean;
        using (no_grad())
        {
            var estimate = TweedieEstimate.At(batch, differentiable: false);
            clean = estimate.Clean;
            if (batch.Rows[0].Step.Kind == Plain)
            {
                var moved = (batch.Column(row => Math.Sqrt(Previous(row))) * clean) + (batch.Column(row => Math.Sqrt(1 - Previous(row))) * estimate.Prediction);
                return new StepOutput { Latents = moved, PredictedClean = clean };
            }
        }

        var parameters = batch.Rows[0].Spec.Parameters;
        var iterations = parameters.Integer(DcdpParameters.InnerIterations);
        var consistent = parameters.Choice(DcdpParameters.StepRule) == DcdpParameters.Analytic
            ? AnalyticUpdates.Run(batch, clean, iterations)
            : AdamWUpdates.Run(batch, clean, iterations);

        using var guard = no_grad();
        return new StepOutput
        {
            Latents = ReverseStep.Renoise(batch, consistent.Latent),
            PredictedClean = consistent.Latent,
            DecodedClean = consistent.Decoded,
            Residual = consistent.Residual,
        };
    }

    private static double Previous(StepRow row) => ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.PreviousTimestep);
}
