using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.Lmap;

/// <summary>LMAP-RPS: a maximum a posteriori latent by gradient descent, then, if wanted, a restarted posterior sampling for texture.</summary>
/// <remarks>
/// <code>
/// stage 1, N iterations from z = z_hat:
///   z_t1 = sqrt(abar_t1) z + sqrt(1 - abar_t1) xi,  t1 = min(prior_timestep, start)
///   loss = ||y - A(D(z))||^2 + w &lt;stopgrad(eps_theta(z_t1, t1)), z&gt;
///   z := AdamW(z), learning rate on a cosine from lr to 1e-5
/// stage 2: z_t0 = sqrt(abar_t0) z + sqrt(1 - abar_t0) xi, then latent DPS from t0 = restart_share of the start down to the clean latent
/// </code>
/// Source: LMAP-RPS (arXiv 2605.28711), which leaves the first latent and t0 to the user; here they are the severity encoder's mean and the
/// start that severity chose. From pure noise t0 is the last timestep, so that only a share below 1 keeps what the first stage found. Every
/// iteration is a step of its own, so that no sample holds the device for longer than one of them. A budget shortens both stages alike.
/// </remarks>
public sealed class LmapSolver : ILatentSolver
{
    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "lmap",
        Version = "0.1.0",
        Description = "LMAP-RPS (arXiv 2605.28711): gradient descent to the most probable latent, then an optional restarted sampling; a slider between distortion and texture.",
        Needs = SolverNeeds.Operator | SolverNeeds.Gradient | SolverNeeds.CleanStart,
        Parameters = LmapParameters.All,
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

        var iterations = MapStage.Iterations(sample);
        var judged = Math.Min(sample.Parameters.Integer(LmapParameters.PriorTimestep), ReverseTrajectory.Of(sample)[0].Timestep);
        var restart = RestartStage.Moves(sample);
        var after = restart.IsEmpty ? -1 : restart[0].Timestep;
        var guided = sample.Parameters.Number(LmapParameters.GuidanceScale) > 0;
        return new SolverPlan
        {
            Steps =
            [
                .. Enumerable.Range(1, iterations).Select(i => new PlannedStep(judged, i < iterations ? judged : after, MapStage.Kind, new StepCost(1, 0, 1, 1))),
                .. restart.Select(move => guided
                    ? new PlannedStep(move.Timestep, move.Previous, RestartStage.Guided, GuidedStep.Cost)
                    : new PlannedStep(move.Timestep, move.Previous, RestartStage.Plain, GuidedStep.PlainCost)),
            ],
        };
    }

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Rows[0].Step.Kind switch
        {
            MapStage.Kind => MapStage.Step(batch),
            RestartStage.Guided => RestartStage.GuidedStep(batch),
            _ => GuidedStep.Plain(batch),
        };
    }
}
