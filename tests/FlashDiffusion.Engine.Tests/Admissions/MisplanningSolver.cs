using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Admissions;

/// <summary>A solver whose plans are spoilt, and which does nothing else wrong.</summary>
/// <param name="spoil">What its plan becomes.</param>
internal sealed class MisplanningSolver(Func<SolverPlan, SolverPlan?> spoil) : ILatentSolver
{
    private readonly FakeSolver _inner = new();

    public SolverDescriptor Descriptor => _inner.Descriptor with { Name = "misplanning", Version = "1.2.3" };

    /// <summary>Which of its samples' plans are.</summary>
    public Func<SampleSpec, bool> Spoils { get; set; } = _ => true;

    public SolverPlan Plan(SampleSpec sample) => Spoils(sample) ? spoil(_inner.Plan(sample))! : _inner.Plan(sample);

    public StepOutput Step(StepBatch batch) => _inner.Step(batch);
}
