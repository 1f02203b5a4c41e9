namespace FlashDiffusion.Server.Tests.Requests;

/// <summary>Needs the adjoint of a linear operator.</summary>
internal sealed class AdjointSolver : ILatentSolver
{
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "adjoint",
        Version = "1.0.0",
        Description = "For tests.",
        Needs = SolverNeeds.Operator | SolverNeeds.Adjoint,
        Parameters = [],
    };

    public SolverPlan Plan(SampleSpec sample) => new() { Steps = [new PlannedStep(0, -1, "plain", new StepCost(1))] };

    public StepOutput Step(StepBatch batch) => throw new InvalidOperationException("Mapping starts nothing.");
}
