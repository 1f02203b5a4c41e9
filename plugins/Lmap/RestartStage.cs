using System.Collections.Immutable;
using FlashDiffusion.Sampling;

namespace FlashDiffusion.Plugins.Lmap;

/// <summary>The second stage: latent DPS from the re-noised latent down to the clean one.</summary>
internal static class RestartStage
{
    public const string Guided = "guided";
    public const string Plain = "plain";

    /// <summary>Its moves; none if the share is 0.</summary>
    public static ImmutableArray<(int Timestep, int Previous)> Moves(SampleSpec sample)
    {
        var share = sample.Parameters.Number(LmapParameters.RestartShare);
        return share == 0 ? [] : ReverseTrajectory.Of(sample with { StartIndex = (int)Math.Round(share * sample.StartIndex) });
    }

    public static StepOutput GuidedStep(StepBatch batch)
    {
        var scale = batch.Column(row => row.Spec.Parameters.Number(LmapParameters.GuidanceScale) * DataConsistency.NormFactor(row)).flatten();
        return FlashDiffusion.Sampling.GuidedStep.Take(batch, point => PerSample.Norm(point.Residual) * scale);
    }
}
