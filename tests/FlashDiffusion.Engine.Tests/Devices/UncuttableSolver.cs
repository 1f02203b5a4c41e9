using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Devices;

/// <summary>A plugin with a fault that shows only where a budget shortens the trajectory.</summary>
internal sealed class UncuttableSolver : ILatentSolver
{
    private readonly FakeSolver _inner = new();

    public SolverDescriptor Descriptor => _inner.Descriptor;

    public SolverPlan Plan(SampleSpec sample) => sample.Trajectory.IsDefaultOrEmpty ? _inner.Plan(sample) : throw new InvalidOperationException("Told to throw.");

    public StepOutput Step(StepBatch batch) => _inner.Step(batch);
}
