using FlashDiffusion.Optimisation;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Dcdp;

/// <summary>K updates of AdamW on ||y - A(D(z))||_2 from a fresh state; a row stops for itself when the noise explains its residual.</summary>
internal static class AdamWUpdates
{
    // PyTorch's default, which the published code runs with.
    private static readonly AdamSettings Settings = new() { WeightDecay = 0.01 };

    /// <summary>Network calls of K updates; a bound if rows may stop.</summary>
    public static StepCost CostOf(int iterations) => new(0, DecoderForward: iterations, DecoderBackward: iterations);

    /// <summary>Whether a sample may stop early.</summary>
    public static bool MayStop(SampleSpec sample) =>
        sample.Parameters.Choice(DcdpParameters.StopAtNoise) == DcdpParameters.Yes && NoiseBound.Stop(sample) > 0;

    /// <summary>Updates every row.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="clean">Tweedie's estimates, (B, C, h, w).</param>
    /// <param name="iterations">K.</param>
    public static ConsistentLatent Run(StepBatch batch, Tensor clean, int iterations)
    {
        var rates = batch.Column(row => row.Spec.Parameters.Number(DcdpParameters.LearningRate)).flatten();
        var bound = batch.Column(row => MayStop(row.Spec) ? NoiseBound.Stop(row.Spec) : -1).flatten();
        var state = AdamState.Begin(clean);
        var (decoded, residual) = (clean, clean);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            var leaf = state.Iterate.detach().requires_grad_();
            var picture = batch.Model.Decode(leaf, Quantisation.None);
            var norm = PerSample.Norm(batch.Measurements! - batch.Operator!.Forward(picture));
            (decoded, residual) = (picture.detach(), norm.detach());

            // A residual that is not a number never stops: it has to reach the latent and fail the sample.
            var stopped = residual * residual <= bound;
            if (stopped.all().item<bool>())
            {
                break;
            }

            var gradient = PerSample.Gradient(norm, leaf);
            state = InnerAdam.Update(state, gradient, stopped.logical_not(), rates, Settings);
        }

        return new ConsistentLatent(state.Iterate, decoded, residual);
    }
}
