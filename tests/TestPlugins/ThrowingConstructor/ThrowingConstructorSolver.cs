namespace FlashDiffusion.TestPlugins;

/// <summary>Can't be made.</summary>
public sealed class ThrowingConstructorSolver : ILatentSolver
{
    /// <summary>Always throws.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public ThrowingConstructorSolver() => throw new InvalidOperationException("No licence for this solver was found.");

    /// <inheritdoc/>
    public SolverDescriptor Descriptor => throw new InvalidOperationException("Nobody can get here.");

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample) => new();

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch) => throw new InvalidOperationException("Nobody can get here.");
}
