using FlashDiffusion.Noise;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>A solver that notes the noise of every step of one sample, as the batch hands it out.</summary>
/// <param name="inner">The solver.</param>
/// <param name="seed">Seed of the sample.</param>
internal sealed class NoiseRecorder(ILatentSolver inner, ulong seed) : ILatentSolver
{
    public SolverDescriptor Descriptor => inner.Descriptor;

    /// <summary>Noise of each step.</summary>
    public List<float[]> Draws { get; } = [];

    /// <summary>Rows of each batch that the sample was in.</summary>
    public List<int> BatchSizes { get; } = [];

    /// <summary>Number of different timesteps in each of those.</summary>
    public List<int> DistinctTimesteps { get; } = [];

    public SolverPlan Plan(SampleSpec sample) => inner.Plan(sample);

    public StepOutput Step(StepBatch batch)
    {
        var row = batch.Rows.ToList().FindIndex(candidate => ((CounterNoise)candidate.Noise).Seed == seed);
        if (row >= 0)
        {
            Draws.Add(batch.Normal(NoisePurpose.Step, 0)[row].contiguous().data<float>().ToArray());
            BatchSizes.Add(batch.Count);
            DistinctTimesteps.Add(batch.Rows.Select(candidate => candidate.Step.Timestep).Distinct().Count());
        }

        return inner.Step(batch);
    }
}
