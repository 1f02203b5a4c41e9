using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Dcdp;

/// <summary>K updates of AdamW on ||y - A(D(z))||_2 from a fresh state; a row stops for itself when the noise explains its residual.</summary>
internal static class AdamWUpdates
{
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
        double[] rates = [.. batch.Rows.Select(row => row.Spec.Parameters.Number(DcdpParameters.LearningRate))];
        double[] decays = [.. batch.Rows.Select(row => row.Spec.Parameters.Number(DcdpParameters.WeightDecay))];
        var bound = batch.Column(row => MayStop(row.Spec) ? NoiseBound.Stop(row.Spec) : -1).flatten();
        var state = AdamWState.At(clean);
        var (decoded, residual) = (clean, clean);
        for (var iteration = 1; iteration <= iterations; iteration++)
        {
            var leaf = state.Values.detach().requires_grad_();
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
            using var guard = no_grad();
            var next = state.Next(gradient, [.. Enumerable.Repeat(iteration, batch.Count)], rates, decays);
            state = next with { Values = where(stopped.reshape(-1, 1, 1, 1), state.Values, next.Values) };
        }

        return new ConsistentLatent(state.Values, decoded, residual);
    }
}
