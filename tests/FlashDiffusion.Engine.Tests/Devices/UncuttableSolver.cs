using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Devices;

/// <summary>A plugin with a fault that shows only where a budget shortens the trajectory.</summary>
/// <param name="refuses">Whether its plan says so instead of throwing.</param>
internal sealed class UncuttableSolver(bool refuses = false) : ILatentSolver
{
    private readonly FakeSolver _inner = new();

    public SolverDescriptor Descriptor => _inner.Descriptor;

    public SolverPlan Plan(SampleSpec sample) => sample.Trajectory.IsDefaultOrEmpty ? _inner.Plan(sample)
        : refuses ? new SolverPlan { Violations = [new FieldViolation("sampling", "It takes every step.")] }
        : throw new InvalidOperationException("Told to throw.");

    public StepOutput Step(StepBatch batch) => _inner.Step(batch);
}
