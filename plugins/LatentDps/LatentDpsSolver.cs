using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.LatentDps;

/// <summary>Latent diffusion posterior sampling (LDPS): every reverse step is pulled towards the measurement by a gradient.</summary>
/// <remarks>
/// <code>
/// eps  = eps_theta(z_t, t)
/// z0   = (z_t - sqrt(1 - abar_t) eps) / sqrt(abar_t)          Tweedie
/// L_b  = guidance_scale * ||y_b - A(D(z0_b))||_2               one loss a row, not squared
/// z'   = reverse(z_t, z0, eps, xi) - grad_{z_t} L              DDPM or DDIM
/// </code>
/// Source: DPS (arXiv 2209.14687) in latent space, as in arXiv 2309.06642, section 3 and arXiv 2307.00619. The gradient of an unsquared norm
/// shrinks as one over the root of the number of pixels, so the standard mode multiplies guidance by sqrt(H W / 64^2) and one
/// preset serves all sizes; the official mode does not, and differentiates the quantised decode.
/// </remarks>
public sealed class LatentDpsSolver : ILatentSolver
{
    private const string Guided = "guided";
    private const string Plain = "plain";

    /// <summary>Pixels of the pictures at which guidance was tuned.</summary>
    private const double ReferencePixels = 64 * 64;

    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "latent_dps",
        Version = "0.1.0",
        Description = "Latent diffusion posterior sampling (LDPS, arXiv 2209.14687 in latent space): each reverse step follows the gradient of the residual through decoder and denoiser.",
        Needs = SolverNeeds.Operator | SolverNeeds.Gradient,
        Parameters = LatentDpsParameters.All,
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (sample.Operator is null)
        {
            return new SolverPlan { Violations = [new FieldViolation("operator", "latent_dps needs the forward operator that degraded the picture; name one from the catalog.")] };
        }

        var moves = ReverseTrajectory.Of(sample);
        var guided = GuidanceSchedule.Of(sample, moves);
        return new SolverPlan
        {
            Steps = [.. moves.Select((move, i) => guided[i]
                ? new PlannedStep(move.Timestep, move.Previous, Guided, new StepCost(1, 1, 1, 1))
                : new PlannedStep(move.Timestep, move.Previous, Plain, new StepCost(1)))],
        };
    }

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Rows[0].Step.Kind == Guided ? GuidedStep(batch) : PlainStep(batch);
    }

    private static StepOutput PlainStep(StepBatch batch)
    {
        using var guard = no_grad();
        var prediction = batch.Model.Denoise(batch.Latents, batch.Timesteps());
        var clean = ReverseStep.Clean(batch, batch.Latents, prediction);
        return new StepOutput { Latents = ReverseStep.Move(batch, clean, prediction), PredictedClean = clean };
    }

    private static StepOutput GuidedStep(StepBatch batch)
    {
        var latents = batch.Latents.detach().requires_grad_();
        var prediction = batch.Model.Denoise(latents, batch.Timesteps());
        var clean = ReverseStep.Clean(batch, latents, prediction);

        // The vector-Jacobian product is split at z0: the decoder's graph is freed before the denoiser's is walked, at no cost in time,
        // and the operator stays outside the denoiser's graph.
        var cleanLeaf = clean.detach().requires_grad_();
        var quantisation = batch.Rows[0].Spec.Compatibility == Compatibility.Official ? Quantisation.Nearest : Quantisation.None;
        var decoded = batch.Model.Decode(cleanLeaf, quantisation);
        var residual = PerSample.Norm(batch.Measurements! - batch.Operator!.Forward(decoded));
        var loss = residual * batch.Column(GuidanceScaleOf).flatten();
        var gradient = PerSample.PullBack(clean, latents, PerSample.Gradient(loss, cleanLeaf));

        using var guard = no_grad();
        clean = clean.detach();
        return new StepOutput
        {
            Latents = ReverseStep.Move(batch, clean, prediction.detach()) - gradient,
            PredictedClean = clean,
            DecodedClean = decoded.detach(),
            Residual = residual.detach(),
        };
    }

    private static double GuidanceScaleOf(StepRow row)
    {
        var scale = row.Spec.Parameters.Number(LatentDpsParameters.GuidanceScale);
        var pixels = (double)row.Spec.Picture.Height * row.Spec.Picture.Width;
        return row.Spec.Compatibility == Compatibility.Official ? scale : scale * Math.Sqrt(pixels / ReferencePixels);
    }
}
