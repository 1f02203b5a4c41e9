namespace FlashDiffusion;

/// <summary>
/// One named algorithm that reconstructs from a measurement in the latent space. Stateless: what differs between samples is in the
/// batch, and what a sample carries from step to step is its latent and scratch, so a step can be resumed anywhere. The engine owns
/// the loop; the solver owns the step.
/// </summary>
public interface ILatentSolver
{
    /// <summary>What the catalog shows.</summary>
    SolverDescriptor Descriptor { get; }

    /// <summary>Plans a sample: validates it and lists its steps. Pure and cheap; any thread.</summary>
    /// <param name="sample">The sample.</param>
    /// <returns>Violations, with fields relative to the solver (<c>parameters.guidance_scale</c>, <c>operator</c>), or the steps.</returns>
    SolverPlan Plan(SampleSpec sample);

    /// <summary>
    /// Advances every row by one bounded unit of work. Runs on the device thread inside the engine's dispose scope and with gradients
    /// enabled; must not depend on which rows share the batch.
    /// </summary>
    /// <param name="batch">The rows.</param>
    /// <returns>What the step made.</returns>
    StepOutput Step(StepBatch batch);
}
