namespace FlashDiffusion.Server.Plugins;

/// <summary>A plugin's solver. Making it asks for the descriptor.</summary>
/// <param name="solver">What the plugin made.</param>
internal sealed class PluginSolver(ILatentSolver solver) : ILatentSolver, IPluginPart
{
    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = solver.Descriptor;

    /// <inheritdoc/>
    public object Made => solver;

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample) => solver.Plan(sample);

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch) => solver.Step(batch);
}
