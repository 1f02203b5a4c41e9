using System.Collections.Immutable;

namespace FlashDiffusion.Plugins.LatentDps;

/// <summary>Which moves of a trajectory are guided.</summary>
internal static class GuidanceSchedule
{
    /// <summary>
    /// Guided moves: every n-th counted from the last one up, in the chosen stages; DDPM guides the first move too, as the research code
    /// does (QUIRKS 5).
    /// </summary>
    /// <param name="sample">The sample.</param>
    /// <param name="moves">Its trajectory, descending.</param>
    /// <returns>One flag a move.</returns>
    public static ImmutableArray<bool> Of(SampleSpec sample, ImmutableArray<(int Timestep, int Previous)> moves)
    {
        var stages = sample.Parameters.Choice(LatentDpsParameters.GuidanceStages);
        var every = (int)(1 / sample.Parameters.Number(LatentDpsParameters.GuidanceFrequency));
        var active = sample.Parameters.Number(LatentDpsParameters.GuidanceScale) > 0;
        var first = sample.Sampling.Kind == SamplerKind.Ddpm;
        return [.. moves.Select((move, i) => active
            && ((moves.Length - 1 - i) % every == 0 || (first && i == 0))
            && (stages == "all" || stages.Split('+').Contains(StageOf(move.Timestep, sample.Schedule.Timesteps))))];
    }

    private static string StageOf(int timestep, int timesteps) => (timestep * 1000L / timesteps) switch
    {
        > 750 => "chaotic",
        > 300 => "semantic",
        _ => "refinement",
    };
}
