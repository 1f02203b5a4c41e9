using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>One look of the denoiser at a batch: the predicted noise and the clean latent that follows, z_0 = (z_t - sqrt(1 - abar) eps) / sqrt(abar).</summary>
public sealed class TweedieEstimate
{
    private readonly Tensor? _leaf;
    private readonly Tensor _graph;

    private TweedieEstimate(Tensor? leaf, Tensor graph, Tensor prediction)
    {
        _leaf = leaf;
        _graph = graph;
        Prediction = prediction.detach();
        Clean = graph.detach();
    }

    /// <summary>eps, (B, C, h, w), without a gradient.</summary>
    public Tensor Prediction { get; }

    /// <summary>z_0, (B, C, h, w), without a gradient.</summary>
    public Tensor Clean { get; }

    /// <summary>Looks once. One denoiser call.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="differentiable">Whether <see cref="PullBack"/> will be called.</param>
    /// <returns>The estimate.</returns>
    public static TweedieEstimate At(StepBatch batch, bool differentiable)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!differentiable)
        {
            using var guard = no_grad();
            var plain = batch.Model.Denoise(batch.Latents, batch.Timesteps());
            return new TweedieEstimate(null, ReverseStep.Clean(batch, batch.Latents, plain), plain);
        }

        var leaf = batch.Latents.detach().requires_grad_();
        var prediction = batch.Model.Denoise(leaf, batch.Timesteps());
        return new TweedieEstimate(leaf, ReverseStep.Clean(batch, leaf, prediction), prediction);
    }

    /// <summary>
    /// Pulls a gradient at z_0 back through the denoiser to z_t. Splitting the product at z_0 frees the decoder's graph before the
    /// denoiser's is walked, at no cost in time, and keeps the operator out of the denoiser's graph. One denoiser gradient; once.
    /// </summary>
    /// <param name="gradient">(B, C, h, w).</param>
    /// <returns>(B, C, h, w).</returns>
    /// <exception cref="InvalidOperationException">The look was not differentiable.</exception>
    public Tensor PullBack(Tensor gradient) =>
        PerSample.PullBack(_graph, _leaf ?? throw new InvalidOperationException("The estimate was made without a gradient."), gradient);
}
