using FlashDiffusion;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace SolverClass1;

/// <summary>
/// Pulls the predicted clean latent of every step towards the measurement, by one gradient through the decoder: a complete solver to
/// start from.
/// </summary>
/// <remarks>
/// <code>
/// z0   = (z_t - sqrt(1 - abar_t) eps) / sqrt(abar_t)
/// z0  := z0 - strength * grad_{z0} ||y - A(D(z0))||_2        one norm a row
/// z'   = reverse(z_t, z0, eps, xi)                           DDPM or DDIM
/// </code>
/// </remarks>
public sealed class SolverClass1Solver : ILatentSolver
{
    private const string Strength = "strength";

    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "solver_catalog_name_1",
        Version = "0.1.0",
        Description = "Pulls every predicted clean latent towards the measurement by one gradient through the decoder.",
        Needs = SolverNeeds.Operator | SolverNeeds.Gradient,
        Parameters = [ParameterDescriptor.Number(Strength, 0.2, 0, 10, "Step size of the gradient; 0 ignores the measurement.") with { PerStep = true }],
    };

    /// <summary>Validates, and lists every step with its cost. The server's ETA, deadlines and scheduling come from it.</summary>
    public SolverPlan Plan(SampleSpec sample)
    {
        var violations = sample.Parameters.Violations(Descriptor.Parameters);
        if (sample.Operator is null)
        {
            violations = violations.Add(new FieldViolation("operator", "solver_catalog_name_1 needs the forward operator that degraded the picture."));
        }

        return violations.IsEmpty
            ? new SolverPlan { Steps = [.. ReverseTrajectory.Of(sample).Select(move => new PlannedStep(move.Timestep, move.Previous, "pull", new StepCost(UNetForward: 1, DecoderForward: 1, DecoderBackward: 1)))] }
            : new SolverPlan { Violations = violations };
    }

    /// <summary>Advances every row by one step. Rows are strangers: their timesteps and parameters differ, and none may touch another.</summary>
    public StepOutput Step(StepBatch batch)
    {
        // 1. Predict the noise and the clean latent; no gradient goes through the denoiser.
        var (prediction, clean) = Predict(batch);

        // 2. One loss a row, one gradient for all of them.
        var leaf = clean.detach().requires_grad_();
        var decoded = batch.Model.Decode(leaf, Quantisation.None);
        var residual = PerSample.Norm(batch.Measurements! - batch.Operator!.Forward(decoded));
        var gradient = PerSample.Gradient(residual, leaf);

        // 3. Pull, then move to the next timestep with the sample's own noise.
        using var guard = no_grad();
        var pulled = clean - (batch.Column(row => row.Spec.Parameters.Number(Strength)) * gradient);
        return new StepOutput
        {
            Latents = ReverseStep.Move(batch, pulled, prediction),
            PredictedClean = pulled,
            DecodedClean = decoded.detach(),
            Residual = residual.detach(),
        };
    }

    private static (Tensor Prediction, Tensor Clean) Predict(StepBatch batch)
    {
        using var guard = no_grad();
        var prediction = batch.Model.Denoise(batch.Latents, batch.Timesteps());
        return (prediction, ReverseStep.Clean(batch, batch.Latents, prediction));
    }
}
