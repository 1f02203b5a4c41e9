using System.Collections.Immutable;

namespace FlashDiffusion.Sampling;

/// <summary>Which moves of a trajectory a solver treats specially.</summary>
public static class StepSelection
{
    /// <summary>
    /// Every n-th move counted from the last one up, and the first. The research code leaves the first out under DDIM, where it appends the
    /// smallest timestep instead of the largest (QUIRKS 5).
    /// </summary>
    /// <param name="sample">The sample.</param>
    /// <param name="moves">Number of moves of its trajectory.</param>
    /// <param name="every">n, 1 or more.</param>
    /// <returns>One flag a move, in order.</returns>
    public static ImmutableArray<bool> Every(SampleSpec sample, int moves, int every)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        var first = sample.Compatibility == Compatibility.Standard || sample.Sampling.Kind == SamplerKind.Ddpm;
        return [.. Enumerable.Range(0, moves).Select(i => (moves - 1 - i) % every == 0 || (first && i == 0))];
    }

    /// <summary>Stage of a timestep; the research code counts timesteps of any schedule as of 1000 (QUIRKS 7).</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="timestep">A training timestep.</param>
    /// <returns>Its stage.</returns>
    public static DiffusionStage StageOf(SampleSpec sample, int timestep)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var of1000 = sample.Compatibility == Compatibility.Official ? timestep : timestep * 1000L / sample.Schedule.Timesteps;
        return of1000 switch
        {
            > 750 => DiffusionStage.Chaotic,
            > 300 => DiffusionStage.Semantic,
            _ => DiffusionStage.Refinement,
        };
    }
}
