using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>A solver that throws if a row's seed says so, after all the work of the step: its companions take it again without that row.</summary>
/// <param name="inner">What it does otherwise.</param>
/// <param name="from">The lowest seed that throws.</param>
internal sealed class ThrowingSolver(ILatentSolver inner, ulong from) : ILatentSolver
{
    /// <summary>How often it threw.</summary>
    public int Thrown { get; private set; }

    public SolverDescriptor Descriptor => inner.Descriptor;

    public SolverPlan Plan(SampleSpec sample) => inner.Plan(sample);

    public StepOutput Step(StepBatch batch)
    {
        var output = inner.Step(batch);
        if (batch.Rows.Any(row => FakeSolver.SeedOf(row) >= from))
        {
            Thrown++;
            throw new InvalidOperationException("Told to throw.");
        }

        return output;
    }
}
