namespace FlashDiffusion.Plugins.Ae;

/// <summary>The severity encoder's mean, decoded: no diffusion at all.</summary>
/// <remarks>
/// <code>x = D(z_hat)</code>
/// The floor that every solver has to justify its network calls against (ALGORITHMS 2.2): close to the least-squares answer, so good in
/// squared error and too smooth. Without a severity encoder for the operator it is the autoencoder's picture of the measurement.
/// </remarks>
public sealed class AeSolver : ILatentSolver
{
    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "ae",
        Version = "0.1.0",
        Description = "Decodes the severity encoder's estimate of the latent and stops: no denoiser call. Smooth, and the floor in squared error that other solvers are measured against.",
        Needs = SolverNeeds.CleanStart,
        Parameters = [],
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return new SolverPlan();
    }

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch) => throw new NotSupportedException("ae plans no step, so there is none to take.");
}
