namespace FlashDiffusion.TestPlugins;

/// <summary>Has a name, for tests of what happens while it is loaded, and says when it is disposed of.</summary>
public abstract class UselessSolver : ILatentSolver, IDisposable
{
    /// <inheritdoc/>
    public virtual SolverDescriptor Descriptor => new() { Name = "useless_solver", Version = "1.0.0", Description = "Does nothing.", Needs = SolverNeeds.None, Parameters = [] };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample) => new();

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch) => throw new InvalidOperationException("Nobody can get here.");

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        AppContext.SetSwitch("FlashDiffusion.TestPlugins.Useless.Disposed", true);
        GC.SuppressFinalize(this);
    }
}
