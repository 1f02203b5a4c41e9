using System.Collections.Immutable;
using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>
/// Deterministic DDIM inversion of the severity encoder's mean up to the start step: the alternative to mixing it with noise
/// (arXiv 2309.06642, appendix E). One network call a move, so it is scheduled like any other steps.
/// </summary>
public static class DdimInversion
{
    /// <summary>Kind of these steps.</summary>
    public const string StepKind = "ddim_inversion";

    /// <summary>
    /// The moves, ascending; <see cref="PlannedStep.PreviousTimestep"/> is where a move comes from. Standard: from the clean latent up to
    /// and including the start index. Official: one move fewer, and the first counts timestep 0 as clean.
    /// </summary>
    /// <param name="sample">The sample.</param>
    /// <returns>The moves in order.</returns>
    public static ImmutableArray<PlannedStep> Plan(SampleSpec sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var official = sample.Compatibility == Compatibility.Official;
        var count = official ? sample.StartIndex : sample.StartIndex + 1;
        var points = sample.Sampling.Kind == SamplerKind.Ddpm
            ? [.. Enumerable.Range(0, count)]
            : ReverseTrajectory.PointsOf(sample);
        var clean = official ? 0 : -1;
        return [.. Enumerable.Range(0, count).Select(i => new PlannedStep(points[i], i == 0 ? clean : points[i - 1], StepKind, new StepCost(1)))];
    }

    /// <summary>Moves every row one step up: z' = sqrt(abar') (z - sqrt(1 - abar) eps) / sqrt(abar) + sqrt(1 - abar') eps, eps taken at the new timestep.</summary>
    /// <param name="batch">Rows whose steps come from <see cref="Plan"/>.</param>
    /// <returns>What the step made; the predicted clean latent is that of the new point.</returns>
    public static StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var guard = no_grad();
        var prediction = batch.Model.Denoise(batch.Latents, batch.Timesteps());
        var clean = (batch.Latents - (batch.Column(row => Math.Sqrt(1 - From(row))) * prediction)) / batch.Column(row => Math.Sqrt(From(row)));
        var latents = (batch.Column(row => Math.Sqrt(To(row))) * clean) + (batch.Column(row => Math.Sqrt(1 - To(row))) * prediction);
        return new StepOutput { Latents = latents, PredictedClean = clean };
    }

    private static double From(StepRow row) => ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.PreviousTimestep);

    private static double To(StepRow row) => ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.Timestep);
}
