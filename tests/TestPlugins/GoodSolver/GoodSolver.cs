using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.TestPlugins;

/// <summary>The smallest real solver: unconditional ancestral sampling. Its type identity is what tests look at.</summary>
public sealed class GoodSolver : ILatentSolver
{
    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "good_solver",
        Version = "1.0.0",
        Description = "Samples without data consistency.",
        Needs = SolverNeeds.None,
        Parameters = [ParameterDescriptor.Number("strength", 1, 0, 2, "Scale of the predicted noise.")],
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample) => new()
    {
        Steps = [.. ReverseTrajectory.Of(sample).Select(move => new PlannedStep(move.Timestep, move.Previous, "plain", new StepCost(1)))],
    };

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var guard = no_grad();
        var prediction = batch.Model.Denoise(batch.Latents, batch.Timesteps()) * batch.Column(row => row.Spec.Parameters.Number("strength"));
        var clean = ReverseStep.Clean(batch, batch.Latents, prediction);
        return new StepOutput { Latents = ReverseStep.Move(batch, clean, prediction), PredictedClean = clean };
    }
}
