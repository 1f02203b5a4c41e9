using System.Collections.Immutable;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Lmap;

/// <summary>The second stage: latent DPS from the re-noised latent down to the clean one.</summary>
internal static class RestartStage
{
    public const string Guided = "guided";
    public const string Plain = "plain";

    /// <summary>Pixels of the pictures at which guidance was tuned.</summary>
    private const double ReferencePixels = 64 * 64;

    /// <summary>Its moves; none if the share is 0.</summary>
    public static ImmutableArray<(int Timestep, int Previous)> Moves(SampleSpec sample)
    {
        var share = sample.Parameters.Number(LmapParameters.RestartShare);
        return share == 0 ? [] : ReverseTrajectory.Of(sample with { StartIndex = (int)Math.Round(share * sample.StartIndex) });
    }

    public static StepOutput PlainStep(StepBatch batch)
    {
        using var guard = no_grad();
        var prediction = batch.Model.Denoise(batch.Latents, batch.Timesteps());
        var clean = ReverseStep.Clean(batch, batch.Latents, prediction);
        return new StepOutput { Latents = ReverseStep.Move(batch, clean, prediction), PredictedClean = clean };
    }

    public static StepOutput GuidedStep(StepBatch batch)
    {
        var latents = batch.Latents.detach().requires_grad_();
        var prediction = batch.Model.Denoise(latents, batch.Timesteps());
        var clean = ReverseStep.Clean(batch, latents, prediction);
        var leaf = clean.detach().requires_grad_();
        var decoded = batch.Model.Decode(leaf, Quantisation.None);
        var residual = PerSample.Norm(batch.Measurements! - batch.Operator!.Forward(decoded));
        var gradient = PerSample.PullBack(clean, latents, PerSample.Gradient(residual, leaf));

        using var guard = no_grad();
        return new StepOutput
        {
            Latents = ReverseStep.Move(batch, clean.detach(), prediction.detach()) - (batch.Column(Scale) * gradient),
            PredictedClean = clean.detach(),
            DecodedClean = decoded.detach(),
            Residual = residual.detach(),
        };
    }

    private static double Scale(StepRow row) =>
        row.Spec.Parameters.Number(LmapParameters.GuidanceScale) * Math.Sqrt((double)row.Spec.Picture.Height * row.Spec.Picture.Width / ReferencePixels);
}
