using System.Collections.Immutable;
using FlashDiffusion.Noise;
using FlashDiffusion.Optimisation;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Lmap;

/// <summary>The first stage: AdamW towards the maximum a posteriori latent, one iteration a step.</summary>
internal static class MapStage
{
    public const string Kind = "map";
    private const string Carried = "map";
    private const double LastRate = 1e-5;

    // PyTorch's default, which the published code runs with.
    private static readonly AdamSettings Settings = new() { WeightDecay = 0.01 };

    /// <summary>How many iterations a sample takes.</summary>
    public static int Iterations(SampleSpec sample) => sample.ShareOf(sample.Parameters.Integer(LmapParameters.Iterations));

    public static StepOutput Step(StepBatch batch)
    {
        Tensor prediction;
        using (no_grad())
        {
            var noised = (batch.Column(row => Math.Sqrt(AlphaBar(row))) * batch.Latents)
                + (batch.Column(row => Math.Sqrt(1 - AlphaBar(row))) * batch.Normal(NoisePurpose.Inner, row => row.StepIndex));
            prediction = batch.Model.Denoise(noised, batch.Timesteps());
        }

        var leaf = batch.Latents.detach().requires_grad_();
        var decoded = batch.Model.Decode(leaf, Quantisation.None);
        var squared = (batch.Measurements! - batch.Operator!.Forward(decoded)).flatten(1).square().sum(1);
        var gradient = PerSample.Gradient(squared, leaf);

        using var guard = no_grad();

        // Who has just joined starts from zero moments; the iterate is the latent itself.
        var state = batch.Scratch.Count == 0 ? AdamState.Begin(batch.Latents) : AdamState.Read(batch.Scratch, Carried) with { Iterate = batch.Latents };
        var slope = gradient + (batch.Column(row => row.Spec.Parameters.Number(LmapParameters.PriorWeight)) * prediction);
        var next = InnerAdam.Update(state, slope, null, batch.Column(Rate).flatten(), Settings);
        return new StepOutput
        {
            Latents = Restarted(batch, next.Iterate),
            PredictedClean = next.Iterate,
            DecodedClean = decoded.detach(),
            Residual = squared.detach().sqrt(),
            Scratch = next.Write(ImmutableDictionary<string, Tensor>.Empty, Carried),
        };
    }

    // The last iteration hands over to the second stage, if there is one: the latent gets the noise of its first timestep.
    private static Tensor Restarted(StepBatch batch, Tensor latents) => batch.Rows.Any(row => Signal(row) < 1)
        ? (batch.Column(row => Math.Sqrt(Signal(row))) * latents) + (batch.Column(row => Math.Sqrt(1 - Signal(row))) * batch.Normal(NoisePurpose.Start, 0))
        : latents;

    private static double Signal(StepRow row) => row.StepIndex + 1 < Iterations(row.Spec)
        ? 1
        : ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.PreviousTimestep);

    private static double AlphaBar(StepRow row) => ReverseCoefficients.AlphaBar(row.Spec.Schedule, row.Step.Timestep);

    private static double Rate(StepRow row)
    {
        var share = (double)row.StepIndex / Iterations(row.Spec);
        return LastRate + ((row.Spec.Parameters.Number(LmapParameters.LearningRate) - LastRate) * (1 + Math.Cos(Math.PI * share)) / 2);
    }
}
